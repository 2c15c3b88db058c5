import CFdisk
import Glibc
import Host

/// libfdisk's view of one disk or image file.
final class FdiskContext {
    private let context: OpaquePointer
    private let path: String
    private var isOpen = false

    /// Opens a disk or a file and looks for a table.
    init(_ path: String, writable: Bool) throws {
        guard let context = fdisk_new_context() else {
            throw systemFailure(ENOMEM, "read the partitions of \"\(path)\"")
        }
        self.context = context
        self.path = path
        // Without this it asks questions on the terminal.
        fdisk_disable_dialogs(context, 1)
        try check("open \"\(path)\"", fdisk_assign_device(context, path, writable ? 0 : 1))
        isOpen = true
    }

    deinit {
        if isOpen { fdisk_deassign_device(context, 1) }
        fdisk_unref_context(context)
    }

    /// Bytes of one sector.
    var sectorSize: Int { Int(fdisk_get_sector_size(context)) }

    /// Bytes of the whole disk.
    var size: Int { Int(clamping: fdisk_get_nsectors(context)) * sectorSize }

    /// The kind of table; nil when there is none.
    var labelName: String? {
        guard fdisk_has_label(context) == 1, let label = fdisk_get_label(context, nil) else { return nil }
        return fdisk_label_get_name(label).map { String(cString: $0) }
    }

    /// The disk's identifier.
    var identifier: String? {
        var text: UnsafeMutablePointer<CChar>?
        guard fdisk_get_disklabel_id(context, &text) == 0, let text else { return nil }
        defer { free(text) }
        return String(cString: text)
    }

    /// All partitions in use.
    func partitions() throws -> [Partition] {
        var table: OpaquePointer?
        try check("read the partitions of \"\(path)\"", fdisk_get_partitions(context, &table))
        defer { fdisk_unref_table(table) }
        let size = UInt64(sectorSize)
        var found: [Partition] = []
        for index in 0..<fdisk_table_get_nents(table) {
            guard let entry = fdisk_table_get_partition(table, index), fdisk_partition_has_start(entry) == 1 else {
                continue
            }
            // A hostile table may name sectors beyond any disk.
            let (start, overflow) = fdisk_partition_get_start(entry).multipliedReportingOverflow(by: size)
            let (length, overflow2) = fdisk_partition_get_size(entry).multipliedReportingOverflow(by: size)
            guard !overflow, !overflow2, let start = Int(exactly: start), let length = Int(exactly: length) else {
                continue
            }
            found.append(
                Partition(
                    number: Int(fdisk_partition_get_partno(entry)) + 1, start: start, size: length,
                    type: Self.type(fdisk_partition_get_type(entry)),
                    identifier: fdisk_partition_get_uuid(entry).flatMap { UUID(String(cString: $0)) },
                    name: fdisk_partition_get_name(entry).map { String(cString: $0) } ?? "",
                    attributes: fdisk_partition_get_attrs(entry).map { Self.attributes(String(cString: $0)) } ?? 0))
        }
        return found.sorted { $0.number < $1.number }
    }

    /// Makes the table of a layout and writes it.
    func create(_ layout: DiskLayout) throws {
        try check("make a partition table in \"\(path)\"", fdisk_create_disklabel(context, "gpt"))
        try check(
            "make a partition table in \"\(path)\"",
            fdisk_set_disklabel_id_from_string(context, layout.identifier.description))
        for partition in layout.partitions { try add(partition) }
        try check("write the partitions of \"\(path)\"", fdisk_write_disklabel(context))
    }

    private func add(_ partition: Partition) throws {
        let entry = fdisk_new_partition()
        let type = fdisk_new_unknown_parttype(0, partition.type)
        defer {
            fdisk_unref_parttype(type)
            fdisk_unref_partition(entry)
        }
        let sector = sectorSize
        let attributes = (0..<64).filter { partition.attributes >> $0 & 1 == 1 }.map { "GUID:\($0)" }
        let settings: [Int32] = [
            fdisk_partition_set_partno(entry, partition.number - 1),
            fdisk_partition_set_start(entry, UInt64(partition.start / sector)),
            fdisk_partition_set_size(entry, UInt64(partition.size / sector)),
            fdisk_partition_size_explicit(entry, 1),
            fdisk_partition_set_type(entry, type),
            fdisk_partition_set_name(entry, partition.name),
            partition.identifier.map { fdisk_partition_set_uuid(entry, $0.description) } ?? 0,
            attributes.isEmpty ? 0 : fdisk_partition_set_attrs(entry, attributes.joined(separator: ",")),
            fdisk_add_partition(context, entry, nil),
        ]
        for result in settings { try check("make the partition \"\(partition.name)\" in \"\(path)\"", result) }
    }

    private static func type(_ type: OpaquePointer?) -> String {
        guard let type else { return "" }
        if let text = fdisk_parttype_get_string(type) { return String(cString: text).lowercased() }
        return "0x" + String(fdisk_parttype_get_code(type), radix: 16)
    }

    /// libfdisk prints attributes as `RequiredPartition LegacyBIOSBootable GUID:60,63`.
    private static func attributes(_ text: String) -> UInt64 {
        var bits: UInt64 = 0
        for word in text.split(whereSeparator: { $0 == " " || $0 == "," }) {
            switch word {
            case "RequiredPartition": bits |= 1
            case "NoBlockIOProtocol": bits |= 2
            case "LegacyBIOSBootable": bits |= 4
            default:
                let number = word.hasPrefix("GUID:") ? word.dropFirst(5) : word
                if let bit = Int(number), (0..<64).contains(bit) { bits |= 1 << bit }
            }
        }
        return bits
    }

    /// Negative results of libfdisk are error numbers.
    private func check(_ activity: String, _ result: Int32) throws {
        if result < 0 { throw systemFailure(-result, activity) }
    }
}
