import Host
import TestSupport
import Testing

@testable import Disks

/// Files that come and go on a FAT32 file system that stays where it is; fsck.fat and mtools, which share no code with it, judge.
@Suite struct FATEditorTests {
    private static let size = 64 << 20

    private static func content(_ seed: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8 &+ seed) }
    }

    /// A file system with slot A in it.
    private func with(_ body: (_ path: String, _ kept: [FATFile]) throws -> Void) throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "esp")
            let kept = ["/EFI/BOOT/BOOTX64.EFI", "/nodewright/grub.cfg", "/nodewright/a/vmlinuz"].enumerated().map {
                FATFile($1, bytes: Self.content($0, 20_000 + $0))
            }
            try FATWriter.write(
                kept, to: DiskFile.create(path, size: Self.size), offset: 0, size: Self.size, label: "ESP", serial: 1,
                epoch: 1_795_305_934, skipsZeros: true)
            try body(path, kept)
            let check = try Command("fsck.fat", ["-n", path]).run()
            #expect(check.status == 0, "\(check.text)")
            let reader = try FATReader(path)
            for file in kept { #expect(try reader.read(file.path) == file.content.read(), "\(file.path)") }
        }
    }

    @discardableResult
    private func add(_ name: String, _ bytes: [UInt8], to folder: String, of editor: inout FATEditor) throws
        -> [Range<Int>]
    {
        let space = try editor.allocate(bytes.count)
        try editor.write(bytes, to: space)
        try editor.add([(name, space)], to: folder)
        return space.places
    }

    @Test func filesComeAndGo() throws {
        try with { path, _ in
            let folder = "/nodewright/b"
            var editor = try FATEditor(path)
            let first = try add("vmlinuz", Self.content(7, 300_000), to: folder, of: &editor)
            try add("slot.cfg", [], to: folder, of: &editor)
            try add("initramfs.img", Self.content(8, 1), to: folder, of: &editor)
            #expect(
                try Command("mtype", ["-i", path, "::" + folder + "/vmlinuz"]).run().output == Self.content(7, 300_000))
            // Names count without regard to capitals, and what is not there is removed already.
            editor = try FATEditor(path)
            try editor.remove(["VMLINUZ", "nothing"], from: folder)
            try editor.remove(from: "/nothing")
            #expect(try FATReader(path).list(folder).map(\.name) == ["slot.cfg", "initramfs.img"])
            // The same places are given out again, also to one who has not seen the removal.
            #expect(try editor.allocate(300_000).places == first)
            editor = try FATEditor(path)
            #expect(try add("vmlinuz.2", Self.content(9, 300_000), to: folder, of: &editor) == first)
            try editor.remove(from: folder)
            #expect(try FATReader(path).list(folder).isEmpty)
            try add("last", Self.content(1, 10), to: folder, of: &editor)
            #expect(try Command("mtype", ["-i", path, "::" + folder + "/last"]).run().output == Self.content(1, 10))
        }
    }

    /// Holes between files are filled: a file in several pieces.
    @Test func aFileInPieces() throws {
        try with { path, _ in
            var editor = try FATEditor(path)
            for number in 0..<6 { try add("hole \(number)", Self.content(number, 5000), to: "/holes", of: &editor) }
            try editor.remove(["hole 1", "hole 3"], from: "/holes")
            let content = Self.content(5, 50_000)
            let places = try add("pieces", content, to: "/", of: &editor)
            #expect(places.count == 3)
            #expect(places.reduce(0) { $0 + $1.count } == content.count)
            #expect(try FATReader(path).places("/pieces") == places)
            #expect(try Command("mtype", ["-i", path, "::/pieces"]).run().output == content)
        }
    }

    /// A folder goes on in another cluster when it is full; freed entries are used again.
    @Test func aFolderThatGrows() throws {
        try with { path, _ in
            var editor = try FATEditor(path)
            let names = (0..<40).map { "a name that needs four entries of the folder \($0)" }
            for (number, name) in names.enumerated() {
                try add(name, Self.content(number, 100 + number), to: "/long/way", of: &editor)
            }
            let reader = try FATReader(path)
            #expect(try reader.list("/long/way").map(\.name) == names)
            #expect(try reader.read("/long/way/" + names[39]) == Self.content(39, 139))
            try editor.remove(from: "/long/way")
            let clusters = try editor.folder("/long/way")
            try add("short", [1], to: "/long/way", of: &editor)
            #expect(try editor.folder("/long/way") == clusters)
        }
    }

    /// What a power cut leaves of a file that has no name yet is free, and the second copy of the table is put right.
    @Test func clustersThatNobodyHas() throws {
        try with { path, _ in
            var editor = try FATEditor(path)
            let lost = try editor.allocate(100_000)
            editor.table.link(lost.clusters)
            try editor.table.write()
            #expect(try Command("fsck.fat", ["-n", path]).run().status != 0)
            let geometry = try FATGeometry(size: Self.size, sector: 512)
            try DiskFile(path).write([9, 9, 9], at: (geometry.reserved + geometry.table) * 512 + 600)
            editor = try FATEditor(path)
            #expect(try editor.allocate(100_000).places == lost.places)
            editor = try FATEditor(path)
            try add("new", Self.content(1, 600), to: "/nodewright/b", of: &editor)
        }
    }

    @Test func noRoom() throws {
        try with { path, _ in
            var editor = try FATEditor(path)
            let failure = #expect(throws: Failure.self) { _ = try editor.allocate(64 << 20) }
            #expect(failure?.status == .device)
            #expect(failure?.message.contains(" MiB, and 64 are needed") == true, "\(failure?.message ?? "")")
        }
    }

    /// A file system that is not as it must be is not touched.
    @Test(arguments: [
        ("a chain that ends too early", "ends too early"), ("a free cluster in a file", "has no end"),
        ("two files in one", "the same cluster"),
    ])
    func damage(row: (name: String, words: String)) throws {
        try with { path, kept in
            let before = try File.read(path)
            var editor = try FATEditor(path)
            let chains = try kept.map { file in
                let entries = try FATReader(path).list(Path.parent(file.path))
                return try editor.table.chain(#require(entries.first { $0.name == Path.name(file.path) }).cluster)
            }
            switch row.name {
            case "a chain that ends too early": editor.table[chains[0][3]] = FATTable.end
            case "a free cluster in a file": editor.table[chains[0][3]] = 0
            default: editor.table[chains[0][3]] = UInt32(chains[1][3])
            }
            try editor.table.write()
            let failure = #expect(throws: Failure.self) { _ = try FATEditor(path) }
            #expect(failure?.status == .device)
            #expect(failure?.message.contains(row.words) == true, "\(failure?.message ?? "")")
            try DiskFile(path).write(before, at: 0)
        }
    }

    @Test func otherFileSystems() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "disk")
            _ = try DiskFile.create(path, size: 16 << 20)
            #expect(throws: Failure.self) { _ = try FATEditor(path) }
            try Command("mkfs.fat", ["-F", "16", path]).run().check()
            let failure = #expect(throws: Failure.self) { _ = try FATEditor(path) }
            #expect(failure?.message == "\"\(path)\" has no FAT32 file system at byte 0")
        }
    }

    /// What mkfs.fat has made, with clusters of several sectors.
    @Test func aFileSystemOfOthers() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "disk")
            _ = try DiskFile.create(path, size: 300 << 20)
            try Command("mkfs.fat", ["-F", "32", "-s", "8", path]).run().check()
            var editor = try FATEditor(path)
            try add("file", Self.content(3, 9000), to: "/one/two", of: &editor)
            try Command("fsck.fat", ["-n", path]).run().check()
            #expect(try Command("mtype", ["-i", path, "::/one/two/file"]).run().output == Self.content(3, 9000))
        }
    }
}
