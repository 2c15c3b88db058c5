import Host
import TestSupport
import Testing

@testable import Disks

/// LVM's record, read without LVM: once made here byte by byte (lvm2, lib/format_text/layout.h), and by LVM where it is installed.
@Suite struct PhysicalVolumeTests {
    private static func little(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// LVM's CRC over a label, without which libblkid takes it for none (lvm2, lib/misc/crc.c).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0xF597_A6CF) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }

    /// A physical volume with its label in sector 1 and the metadata behind a ring's header at 4096.
    private func volume(
        _ path: String, _ metadata: String, start: Int = 512, areaSize: Int = 1 << 20, flags: Int = 0
    ) throws {
        let disk = try DiskFile.create(path, size: 8 << 20)
        var label = Self.little(32, 4) + Array("LVM2 001".utf8)
        label += Array("0123456789abcdefghijklmnopqrstuv".utf8) + Self.little(8 << 20, 8)
        label += Self.little(2 << 20, 8) + Self.little(0, 8) + Self.little(0, 16)
        label += Self.little(4096, 8) + Self.little(areaSize, 8) + Self.little(0, 16)
        label += [UInt8](repeating: 0, count: 492 - label.count)
        let head = Array("LABELONE".utf8) + Self.little(1, 8) + Self.little(Int(Self.checksum(label)), 4)
        try disk.write(head + label, at: 512)
        var header = Self.little(0, 4) + Array(" LVM2 x[5A%r0N*>".utf8) + Self.little(1, 4) + Self.little(4096, 8)
        header += Self.little(areaSize, 8) + Self.little(start, 8) + Self.little(metadata.utf8.count, 8)
        // The checksum, which nobody needs here, and what tells volumes without metadata of their own.
        header += Self.little(0, 4) + Self.little(flags, 4)
        try disk.write(header, at: 4096)
        let text = Array(metadata.utf8)
        guard !text.isEmpty else { return }
        let first = min(text.count, areaSize - start)
        try disk.write(text[..<first], at: 4096 + start)
        if first < text.count { try disk.write(text[first...], at: 4096 + 512) }
    }

    private static let text = """
        guests {
        id = "uX"
        seqno = 7
        tags = ["RHAT_storage_domain", "MDT_SDUUID=0b1"]
        physical_volumes {
        pv0 {
        tags = ["not-of-the-group"]
        }
        }
        }

        """

    @Test func groupAndTagsAreFound() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "pv")
            try volume(path, Self.text)
            let found = try #require(PhysicalVolume.read(path, offset: 0, size: 8 << 20))
            #expect(found.group == "guests")
            #expect(found.tags == ["RHAT_storage_domain", "MDT_SDUUID=0b1"])
            #expect(found.isStorageDomain)
            let part = DiskPart(
                partition: nil, fileSystem: FileSystem(type: "LVM2_member", label: nil, identifier: nil, version: nil),
                volume: found)
            #expect(part.protectedName == "guests")
            #expect(part.summary == "LVM \"guests\", a storage domain")
        }
    }

    @Test func metadataGoesRoundInItsRing() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "pv")
            try volume(path, Self.text, start: (1 << 20) - 40)
            #expect(PhysicalVolume.read(path, offset: 0, size: 8 << 20)?.isStorageDomain == true)
        }
    }

    @Test func anotherGroupIsNotProtected() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "pv")
            try volume(path, "system {\nphysical_volumes {\ntags = [\"RHAT_storage_domain\"]\n}\n}\n")
            let found = try #require(PhysicalVolume.read(path, offset: 0, size: 8 << 20))
            #expect(found.group == "system" && !found.isStorageDomain)
        }
    }

    /// Of a storage domain only the first volume names the group: VDSM makes the others with `--metadataignore y`.
    @Test(arguments: [1, 0]) func aVolumeWithoutMetadataIsProtected(flags: Int) throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "pv")
            try volume(path, "", start: 0, flags: flags)
            let part = DiskPart(path, partition: nil, diskSize: 8 << 20)
            #expect(part.fileSystem?.type == "LVM2_member")
            // One that belongs to no group names none, either, but says so.
            #expect(part.protectedName == (flags == 1 ? "012345-6789-abcd-efgh-ijkl-mnop-qrstuv" : nil))
            #expect(part.summary == (flags == 1 ? "LVM of an unknown group" : "LVM"))
            // Damage is no proof that nothing is there.
            try DiskFile(path).write([9, 9], at: 4100)
            #expect(DiskPart(path, partition: nil, diskSize: 8 << 20).protectedName != nil)
        }
    }

    /// Names come from the disk, which may be anybody's.
    @Test func namesCannotHarmATerminal() {
        func part(_ label: String?, identifier: String? = nil) -> DiskPart {
            DiskPart(
                partition: nil,
                fileSystem: FileSystem(type: "zfs_member", label: label, identifier: identifier, version: nil))
        }
        #expect(part("tank\u{1B}[2J\u{9B}1m\u{202E}").protectedName == "tank?[2J?1m?")
        #expect(part(" \u{20}", identifier: "17").protectedName == "17")
        #expect(part("").protectedName == "ZFS")
    }

    @Test func damageIsNoVolumeOrOneWithoutAGroup() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "pv")
            for (offset, bytes) in [
                (512, [0, 0]), (4100, [9, 9]), (4096 + 40, [255, 255, 255, 255, 255, 255, 255, 127]),
            ] as [(Int, [UInt8])] {
                try volume(path, Self.text)
                try DiskFile(path).write(bytes, at: offset)
                #expect(PhysicalVolume.read(path, offset: 0, size: 8 << 20)?.group == nil, "\(offset)")
            }
            #expect(PhysicalVolume.read(path, offset: 0, size: 100) == nil)
        }
    }
}
