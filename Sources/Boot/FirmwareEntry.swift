public import Disks
import Host

/// The entry for a node's disk in the boot menu of UEFI firmware: a `Boot####` variable, and its place in `BootOrder`
/// (UEFI 2.10, 3.1).
///
/// Firmware without it starts the disk by the fallback path `/EFI/BOOT/BOOTX64.EFI`, so that an entry which cannot be written
/// is nothing worse than a warning.
public struct FirmwareEntry {
    /// How firmware shows it.
    public static let name = "Nodewright"
    private static let global = "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    /// Kept, known before the system runs, known while it runs.
    private static let attributes: [UInt8] = [7, 0, 0, 0]

    private let folder: String
    private let isFixture: Bool

    /// The variables of this machine; nil when it was not started by UEFI firmware.
    ///
    /// - Parameter root: `/`, or a fixture
    public init?(root: String) {
        folder = Path.join(root, "sys/firmware/efi/efivars")
        isFixture = root != "/"
        guard let names = try? Folder.list(folder), !names.isEmpty else { return nil }
    }

    /// Makes the entry for a disk the first one; an older entry of ours for one of `replaced` is removed.
    ///
    /// - Parameters:
    ///   - partition: the EFI system partition
    ///   - sector: bytes of the disk's sectors
    ///   - replaced: identifiers of EFI system partitions that are no more
    /// - Throws: when the firmware refuses
    public func add(_ partition: Partition, sector: Int, replaced: [UUID] = []) throws {
        try remove(replaced)
        let option = Self.option(partition, sector: sector)
        let numbers = Set(try entries().map(\.number))
        guard let number = (0...0xFFFF).first(where: { !numbers.contains($0) }) else {
            throw Failure(.device, "the firmware's boot menu is full")
        }
        try write(Self.variable(number), option)
        let order = try self.order()
        try write("BootOrder", ([number] + order.filter { $0 != number }).flatMap { Self.little($0, 2) })
    }

    /// Removes the entries of ours that start one of these partitions.
    public func remove(_ partitions: [UUID]) throws {
        let gone = try entries().filter { entry in
            partitions.contains { Self.starts(entry.option, $0) }
        }.map(\.number)
        guard !gone.isEmpty else { return }
        let order = try self.order()
        try write("BootOrder", order.filter { !gone.contains($0) }.flatMap { Self.little($0, 2) })
        for number in gone { try File.remove(Path.join(folder, Self.variable(number) + Self.global)) }
    }

    private func entries() throws -> [(number: Int, option: [UInt8])] {
        try Folder.list(folder).compactMap { name in
            guard name.hasPrefix("Boot"), name.hasSuffix(Self.global),
                name.utf8.count == 8 + Self.global.utf8.count,
                let number = Int(name.dropFirst(4).prefix(4), radix: 16),
                let bytes = try? File.read(Path.join(folder, name), limit: 1 << 16), bytes.count > 4
            else { return nil }
            return (number, Array(bytes.dropFirst(4)))
        }
    }

    private func order() throws -> [Int] {
        let path = Path.join(folder, "BootOrder" + Self.global)
        guard File.exists(path) else { return [] }
        let bytes = Array(try File.read(path, limit: 1 << 16).dropFirst(4))
        return stride(from: 0, to: bytes.count - 1, by: 2).map { Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8 }
    }

    /// One write for the whole variable, as efivarfs wants it.
    private func write(_ name: String, _ content: [UInt8]) throws {
        let path = Path.join(folder, name + Self.global)
        // There a shorter value does not shorten the file by itself.
        if isFixture { return try File.write(path, Self.attributes + content) }
        let file = try DiskFile.openOrCreate(path)
        try during("the firmware's boot menu") { try file.write(Self.attributes + content, at: 0) }
    }

    private static func variable(_ number: Int) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return "Boot" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static func little(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func wide(_ text: String) -> [UInt8] { (Array(text.utf16) + [0]).flatMap { little(Int($0), 2) } }

    /// The bytes of a GUID in UEFI's structures: the first three fields with their bytes turned round.
    private static func mixed(_ identifier: UUID) -> [UInt8] {
        let bytes = identifier.bytes
        return Array(bytes[0..<4].reversed() + bytes[4..<6].reversed() + bytes[6..<8].reversed() + bytes[8...])
    }

    /// `EFI_LOAD_OPTION`: attributes, the name, and the device path of the program.
    static func option(_ partition: Partition, sector: Int) -> [UInt8] {
        let zero = [UInt8](repeating: 0, count: 16)
        var path: [UInt8] = [4, 1, 42, 0] + little(partition.number, 4) + little(partition.start / sector, 8)
        path += little(partition.size / sector, 8) + (partition.identifier.map(mixed) ?? zero) + [2, 2]
        let file = wide("\\EFI\\BOOT\\BOOTX64.EFI")
        path += [4, 4] + little(4 + file.count, 2) + file + [0x7F, 0xFF, 4, 0]
        return little(1, 4) + little(path.count, 2) + wide(name) + path
    }

    private static func starts(_ option: [UInt8], _ partition: UUID) -> Bool {
        let name = wide(Self.name)
        guard option.count > 6 + name.count, Array(option[6..<6 + name.count]) == name else { return false }
        let wanted = mixed(partition)
        return option.indices.dropLast(15).contains { Array(option[$0..<$0 + 16]) == wanted }
    }
}
