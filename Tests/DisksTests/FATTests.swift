import Host
import TestSupport
import Testing

@testable import Disks

/// Our FAT against dosfstools and mtools, which share no code with it.
@Suite struct FATTests {
    private static let offset = 3 << 20
    private static let names = [
        "/EFI/BOOT/BOOTX64.EFI", "/EFI/BOOT/grubx64.efi", "/nodewright/a/vmlinuz", "/nodewright/a/initramfs.img",
        "/nodewright/a/troubleshooting.cfg", "/nodewright/a/troubleshooting.old", "/boot/grub/grub.cfg",
        "/nodewright/0fc63daf-8483-4772-8e79-3d69d8477de4", "/empty", "/EFI/exactly-thirteen", "/EFI/exactlytwelve.",
    ]

    /// Bytes that differ from file to file and from place to place.
    private static func content(_ index: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8 &+ index) }
    }

    private static var files: [(path: String, bytes: [UInt8])] {
        names.enumerated().map { ($1, content($0, $1 == "/empty" ? 0 : [1, 511, 4096, 4097, 300_001][$0 % 5])) }
    }

    private func make(_ folder: String, size: Int, sector: Int, _ files: [FATFile]) throws -> String {
        let path = Path.join(folder, "disk")
        let disk = try DiskFile.create(path, size: Self.offset + size)
        try FATWriter.write(
            files, to: disk, offset: Self.offset, size: size, sector: sector, label: "ESP", serial: 0x1234_ABCD,
            epoch: 1_795_305_934, skipsZeros: true)
        return path
    }

    @Test(arguments: [(64, 512), (280, 4096)])
    func whatIsWrittenIsReadByOthers(megabytes: Int, sector: Int) throws {
        try Folder.withTemporary { folder in
            let files = Self.files
            let image = try make(
                folder, size: megabytes << 20, sector: sector, files.map { FATFile($0.path, bytes: $0.bytes) })
            // fsck.fat reads from the beginning of a file only.
            let part = Path.join(folder, "part")
            try Command("dd", ["if=" + image, "of=" + part, "bs=1M", "skip=3", "conv=sparse"]).run().check()
            let check = try Command("fsck.fat", ["-n", "-v", part]).run().check()
            #expect(check.text.contains("\(sector) bytes per logical sector"))
            #expect(
                check.text.contains("32 bit entries") || check.text.contains("FAT32") || check.text.contains("4 bytes"))
            #expect(try FileSystem.probe(part)?.label == "ESP")
            #expect(try FileSystem.probe(part)?.identifier == "1234-ABCD")
            let reader = try FATReader(image, offset: Self.offset)
            for file in files {
                let copy = Path.join(folder, "copy")
                try Command("mcopy", ["-n", "-i", part, "::" + file.path, copy]).run().check()
                #expect(try File.read(copy) == file.bytes, "\(file.path)")
                #expect(try reader.read(file.path) == file.bytes, "\(file.path)")
                try File.remove(copy)
            }
            #expect(
                Set(try reader.list("/nodewright/a").map(\.name)) == [
                    "vmlinuz", "initramfs.img", "troubleshooting.cfg", "troubleshooting.old",
                ])
            // mtools shows the time in the zone of the machine, which Command sets to UTC.
            #expect(try Command("mdir", ["-i", part, "::/EFI"]).run().check().text.contains("2026-11-22"))
        }
    }

    @Test func equalFilesGiveEqualBytes() throws {
        try Folder.withTemporary { folder in
            let files = Self.files.map { FATFile($0.path, bytes: $0.bytes) }
            let first = try File.read(try make(folder, size: 64 << 20, sector: 512, files))
            #expect(try first == File.read(try make(folder, size: 64 << 20, sector: 512, files)))
        }
    }

    @Test func oldBytesOfADiskDoNotShowThrough() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "disk")
            let size = 64 << 20
            try File.write(path, [UInt8](repeating: 0xA5, count: size))
            let files = Self.files
            try FATWriter.write(
                files.map { FATFile($0.path, bytes: $0.bytes) }, to: DiskFile(path), offset: 0, size: size,
                label: "ESP",
                serial: 1, epoch: 0, skipsZeros: false)
            try Command("fsck.fat", ["-n", path]).run().check()
            #expect(try FATReader(path).read(files[4].path) == files[4].bytes)
        }
    }

    @Test(arguments: ["16", "32"]) func whatOthersWriteIsRead(bits: String) throws {
        try Folder.withTemporary { folder in
            let image = Path.join(folder, "image")
            _ = try DiskFile.create(image, size: 70 << 20)
            try Command("mkfs.fat", ["-F", bits, "-s", bits == "16" ? "4" : "1", image]).run().check()
            try Command("mmd", ["-i", image, "::/EFI", "::/EFI/BOOT"]).run().check()
            let file = Path.join(folder, "long name of a file.efi")
            try File.write(file, Self.content(3, 200_000))
            for name in ["BOOTX64.EFI", "a rather long name.efi", "grub.cfg"] {
                try Command("mcopy", ["-i", image, file, "::/EFI/BOOT/" + name]).run().check()
            }
            let reader = try FATReader(image)
            #expect(
                try reader.list("/efi/boot").map(\.name) == ["BOOTX64.EFI", "a rather long name.efi", "GRUB.CFG"]
                    || reader.list("/efi/boot").map(\.name) == ["BOOTX64.EFI", "a rather long name.efi", "grub.cfg"])
            #expect(try reader.read("/EFI/BOOT/A RATHER LONG NAME.EFI") == Self.content(3, 200_000))
            #expect(reader.has("/EFI/BOOT/grub.cfg"))
            #expect(!reader.has("/EFI/BOOT") && !reader.has("/EFI/none"))
        }
    }

    @Test func damageIsAFailureAndEnds() throws {
        try Folder.withTemporary { folder in
            let files = Self.files.map { FATFile($0.path, bytes: $0.bytes) }
            let path = try make(folder, size: 64 << 20, sector: 512, files)
            let geometry = try FATGeometry(size: 64 << 20, sector: 512)
            let disk = try DiskFile(path)
            // A folder whose clusters follow each other for ever, then chains that end at once.
            try disk.write([2, 0, 0, 0], at: Self.offset + geometry.reserved * 512 + 8)
            #expect(throws: Never.self) { try FATReader(path, offset: Self.offset).list("/").count }
            try disk.write([UInt8](repeating: 0, count: 16000), at: Self.offset + geometry.reserved * 512 + 12)
            let early = #expect(throws: Failure.self) {
                _ = try FATReader(path, offset: Self.offset).read("/nodewright/a/initramfs.img").count
            }
            #expect(early?.message.contains("ends too early") == true)
            try disk.write([UInt8](repeating: 0xFF, count: 90), at: Self.offset)
            let failure = #expect(throws: Failure.self) { try FATReader(path, offset: Self.offset) }
            #expect(failure?.status == .device)
        }
    }

    @Test func tooMuchAndTooSmallAreFailures() throws {
        try Folder.withTemporary { folder in
            let big = FATFile("/big", bytes: [UInt8](repeating: 1, count: 65 << 20))
            let full = #expect(throws: Failure.self) { try make(folder, size: 64 << 20, sector: 512, [big]) }
            #expect(full?.message.contains("do not fit") == true)
            let small = #expect(throws: Failure.self) { try make(folder, size: 20 << 20, sector: 512, []) }
            #expect(small?.message.contains("20 MiB is too small for FAT32") == true)
        }
    }

    @Test(arguments: [
        (315_532_800, 0x21, 0), (951_827_696, 0x285D, 0x645C), (1_795_305_934, 0x5D76, 0x00B1), (0, 0x21, 0),
    ])
    func timesAreThoseOfTheSpecification(epoch: Int, date: Int, time: Int) {
        let found = FATWriter.fatTime(epoch)
        #expect(found.date == date)
        #expect(found.time == time)
    }
}
