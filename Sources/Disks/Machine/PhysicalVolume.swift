import Host

/// What LVM keeps on a disk or partition: the volume group that it belongs to, read without LVM (lvm2, lib/format_text).
public struct PhysicalVolume: Hashable, Sendable {
    /// The name of the volume group; nil when the volume belongs to none.
    public let group: String?
    /// The tags of the volume group.
    public let tags: [String]
    /// Whether it may belong to a group that it does not name: it has no metadata, damaged metadata, or leaves them to other
    /// volumes of the group, as VDSM makes all but the first of a storage domain (`pvcreate --metadataignore y`).
    public let hidesGroup: Bool

    /// Whether it is an oVirt storage domain; VDSM marks each with such a tag.
    public var isStorageDomain: Bool { tags.contains { $0 == "RHAT_storage_domain" || $0.hasPrefix("MDT_") } }

    private static let metadataLimit = 4 << 20
    /// `RAW_LOCN_IGNORED`: the metadata are with other volumes of the group.
    private static let ignored: UInt32 = 1

    /// Reads the label; nil when there is none that can be understood.
    static func read(_ path: String, offset: Int, size: Int) -> PhysicalVolume? {
        func bytes(_ count: Int, at place: Int) -> [UInt8]? {
            guard place >= 0, place <= size - count, let found = try? File.read(path, at: offset + place, count: count),
                found.count == count
            else { return nil }
            return found
        }
        // The label is in one of the first four sectors.
        for sector in 0..<4 {
            guard let label = bytes(512, at: sector * 512), label.starts(with: "LABELONE".utf8) else { continue }
            // Its header's offset, then the identifier (32 bytes), the size, and two lists of (offset, size) that end with zeros.
            var place = label.little(UInt32.self, at: 20).map(Int.init) ?? 32
            place += 40
            while let data = label.little(UInt64.self, at: place), data != 0 { place += 16 }
            guard let area = label.little(UInt64.self, at: place + 16).flatMap({ Int(exactly: $0) }), area != 0 else {
                return PhysicalVolume(hidesGroup: true)
            }
            guard let header = bytes(512, at: area), Array(header[4..<20]) == Array(" LVM2 x[5A%r0N*>".utf8),
                let areaSize = header.little(UInt64.self, at: 32).flatMap({ Int(exactly: $0) }),
                let start = header.little(UInt64.self, at: 40).flatMap({ Int(exactly: $0) }),
                let length = header.little(UInt64.self, at: 48).flatMap({ Int(exactly: $0) }),
                let flags = header.little(UInt32.self, at: 60), flags & ignored == 0,
                length <= min(metadataLimit, areaSize), start < areaSize
            else { return PhysicalVolume(hidesGroup: true) }
            guard start != 0 else { return PhysicalVolume(hidesGroup: false) }
            // The area is a ring behind its header.
            let first = min(length, areaSize - start)
            guard let head = bytes(first, at: area + start), let tail = bytes(length - first, at: area + 512) else {
                return nil
            }
            return PhysicalVolume(metadata: String(decoding: head + tail, as: UTF8.self))
        }
        return nil
    }

    private init(hidesGroup: Bool) {
        group = nil
        tags = []
        self.hidesGroup = hidesGroup
    }

    /// Text such as `vg_guests {\n id = "…"\n tags = ["A", "B"]\n … physical_volumes {`.
    init(metadata text: String) {
        let head = text.prefix { $0 != "{" }
        let name = DeviceText.trimmed(String(head))
        group = name.isEmpty ? nil : name
        hidesGroup = name.isEmpty
        var tags: [String] = []
        for line in text.split(separator: "\n") {
            let words = line.drop { $0 == "\t" || $0 == " " }
            // Tags of the volumes in the group come later.
            if words.hasPrefix("physical_volumes") { break }
            guard words.hasPrefix("tags = [") else { continue }
            let fields = words.split(separator: "\"", omittingEmptySubsequences: false)
            tags = stride(from: 1, to: fields.count, by: 2).map { String(fields[$0]) }
            break
        }
        self.tags = tags
    }
}

extension [UInt8] {
    /// A number of `Value`'s width, lowest byte first; nil behind the end.
    func little<Value: FixedWidthInteger>(_: Value.Type, at offset: Int) -> Value? {
        let width = Value.bitWidth / 8
        guard offset >= 0, offset <= count - width else { return nil }
        return (0..<width).reduce(Value(0)) { $0 | Value(truncatingIfNeeded: self[offset + $1]) << (8 * $1) }
    }
}
