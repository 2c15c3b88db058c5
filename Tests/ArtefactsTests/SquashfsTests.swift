import Glibc
import Host
import Testing
import Transfer

@testable import Artefacts

/// Images of small trees, read back by unsquashfs.
@Suite struct SquashfsTests {
    /// Files on the build host, and the entries that name them.
    private struct Sources {
        let folder: String

        func file(
            _ path: String, _ content: [UInt8], mode: UInt32 = 0o644, user: Int = 0, capability: [UInt8]? = nil
        ) throws -> SquashfsEntry {
            let host = Path.join(folder, Path.name(path) + ".\(content.count)")
            if !File.exists(host) { try File.write(host, content) }
            return SquashfsEntry(
                path: path, kind: .regular(content: host, size: content.count, checksum: .of(content)), mode: mode,
                userID: user, groupID: user, modified: 400,
                attributes: capability.map { [("security.capability", $0)] } ?? [])
        }

        func other(_ path: String, _ kind: SquashfsEntry.Kind, mode: UInt32 = 0o755) -> SquashfsEntry {
            SquashfsEntry(path: path, kind: kind, mode: mode, userID: 0, groupID: 0, modified: 300)
        }
    }

    /// Bytes that do not repeat and compress a little, the same in every run.
    private static func content(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 58)
        }
    }

    private static let large = content(300_000, seed: 1)
    private static let program = [0x7F] + Array("ELF".utf8) + content(20_000, seed: 2)

    /// Files below, of and above the size of a block, the same content twice, and everything else that there is.
    private func tree(_ sources: Sources, note: String = "note") throws -> [SquashfsEntry] {
        try [
            sources.other("/", .folder),
            sources.other("/dev", .folder),
            sources.other("/dev/pipe", .fifo, mode: 0o600),
            sources.other("/etc", .folder),
            sources.file("/etc/empty", []),
            sources.file("/etc/note", Array(note.utf8)),
            sources.other("/usr", .folder),
            sources.other("/usr/lib", .link(to: "../etc/größe")),
            sources.file(
                "/usr/ping", Self.program, mode: 0o755, capability: [1, 0, 0, 2] + [UInt8](repeating: 0, count: 16)),
            sources.file("/usr/su", Array("su".utf8), mode: 0o4755, user: 12),
            sources.other("/usr/second", .hardLink(to: "/usr/su")),
            sources.other("/usr/share", .folder),
            sources.file("/usr/share/block", Self.content(131_072, seed: 3)),
            sources.file("/usr/share/large", Self.large),
            sources.file("/usr/share/large.copy", Self.large),
        ] + (0..<200).map { try sources.file("/usr/share/small\($0)", Self.content(3000, seed: 100 + UInt64($0))) }
    }

    private func with(_ body: (String, Sources) throws -> Void) throws {
        try Folder.withTemporary { folder in
            let sources = Path.join(folder, "sources")
            try Folder.create(sources)
            try body(folder, Sources(folder: sources))
        }
    }

    private func squashfs(_ compression: Squashfs.Compression) -> Squashfs {
        var squashfs = Squashfs(epoch: 500)
        squashfs.compression = compression
        squashfs.blockSize = 131_072
        return squashfs
    }

    @Test(arguments: [Squashfs.Compression.zstd(level: 3), .xz])
    func whatIsPutInComesOut(_ compression: Squashfs.Compression) throws {
        try with { folder, sources in
            let images = ["a", "b"].map { Path.join(folder, $0) }
            for image in images { try squashfs(compression).write(tree(sources), to: image) }
            #expect(try File.read(images[0]) == File.read(images[1]))
            let listing = try Command("unsquashfs", ["-lln", images[0]]).run().check().text
            for line in [
                "-rwsr-xr-x 12/12                     2 1970-01-01 00:06 squashfs-root/usr/second",
                "-rwsr-xr-x 12/12                     2 1970-01-01 00:06 squashfs-root/usr/su",
                "prw------- 0/0", "squashfs-root/usr/lib -> ../etc/größe",
            ] { #expect(listing.contains(line), "\(line)\n\(listing.prefix(1200))") }
            let facts = try Command("unsquashfs", ["-s", images[0]]).run().check().text
            #expect(facts.contains("Number of inodes 214"), "\(facts)")
            #expect(facts.contains("Thu Jan  1 00:08:20 1970"))
            #expect(try File.size(images[0]) % 4096 == 0)

            let out = Path.join(folder, "out")
            try Command("unsquashfs", ["-no-xattrs", "-quiet", "-no-progress", "-dest", out, images[0]]).run().check()
            for case let entry in try tree(sources) {
                guard case .regular(_, let size, let checksum) = entry.kind else { continue }
                #expect(try File.size(Path.join(out, entry.path)) == size)
                #expect(try Checksum.of(file: Path.join(out, entry.path)) == checksum, "\(entry.path)")
            }
            var status = stat()
            #expect(stat(Path.join(out, "usr/su"), &status) == 0 && status.st_nlink == 2)
        }
    }

    /// The kernel is the reader that counts, and it reads capabilities.
    @Test func theKernelMountsIt() throws {
        try with { folder, sources in
            let image = Path.join(folder, "image")
            try squashfs(.xz).write(tree(sources), to: image)
            let mounted = Path.join(folder, "mounted")
            try Folder.create(mounted)
            guard try Command("mount", ["-o", "loop,ro", "-t", "squashfs", image, mounted]).run().status == 0 else {
                print("skipped: a squashfs can be mounted by root only, where the kernel has it")
                return
            }
            defer { _ = try? Command("umount", [mounted]).run() }
            #expect(try File.read(Path.join(mounted, "usr/share/large")) == Self.large)
            #expect(try Folder.list(Path.join(mounted, "usr/share")).count == 203)
            let script = "import os, sys; print(os.getxattr(sys.argv[1], 'security.capability').hex())"
            let attribute = try Command("python3", ["-c", script, Path.join(mounted, "usr/ping")]).run().check().text
            #expect(attribute.hasPrefix("01000002"))
        }
    }

    /// What has not changed comes from an earlier image, and the result is the same as without it.
    @Test func blocksOfEarlierImages() throws {
        try with { folder, sources in
            let first = Path.join(folder, "first")
            try squashfs(.xz).write(tree(sources), to: first)
            var again = squashfs(.xz)
            again.earlier = [Path.join(folder, "nothing"), first]
            // A block that is changed in the earlier image, with the same size, shows that it is taken from there.
            let index = try File.readText(first + ".blocks").split(separator: "\n").map { $0.split(separator: " ") }
            #expect(index.first?.joined(separator: " ") == "nodewright blocks 1 \(try File.size(first))")
            let changed = try tree(sources, note: "another text of another length")
            let plain = Path.join(folder, "plain")
            try squashfs(.xz).write(changed, to: plain)
            let second = Path.join(folder, "second")
            try again.write(changed, to: second)
            #expect(try File.read(plain) == File.read(second))
            let keys = Set(index.dropFirst().map { $0[0] })
            let newKeys = try File.readText(second + ".blocks").split(separator: "\n").dropFirst().map {
                $0.split(separator: " ")[0]
            }
            // The block with the note, and the one behind it at most.
            #expect(newKeys.filter { !keys.contains($0) }.count <= 2)

            guard let large = index.dropFirst().first(where: { $0[3] == "c" }), let offset = Int(large[1]) else {
                Issue.record("no block is compressed")
                return
            }
            var damaged = try File.read(first)
            damaged[offset + 20] ^= 0xFF
            try File.write(first, damaged)
            try again.write(changed, to: second)
            #expect(try File.read(plain) != File.read(second), "the earlier image is not used")
        }
    }

    @Test(arguments: ["", "nodewright blocks 1 7\nabc 1 2 c\n", "nodewright blocks 2 4096\n", "\u{0}\u{1}"])
    func aDamagedIndexIsNotUsed(_ text: String) throws {
        try with { folder, sources in
            let first = Path.join(folder, "first")
            try squashfs(.zstd(level: 1)).write(tree(sources), to: first)
            let before = try File.read(first)
            try File.write(first + ".blocks", text)
            var again = squashfs(.zstd(level: 1))
            again.earlier = [first]
            let second = Path.join(folder, "second")
            try again.write(tree(sources), to: second)
            #expect(try File.read(second) == before)
        }
    }

    @Test func aFileThatChangesMeanwhileIsAFailure() throws {
        try with { folder, sources in
            let image = Path.join(folder, "image")
            try File.write(image, "old")
            let entries = try tree(sources)
            guard case .regular(let content, _, _) = entries[13].kind else {
                Issue.record("not a file")
                return
            }
            try File.write(content, "short")
            let failure = #expect(throws: Failure.self) { try squashfs(.xz).write(entries, to: image) }
            #expect(failure?.message.contains("has become smaller") == true, "\(failure?.message ?? "")")
            #expect(try File.readText(image) == "old")
            #expect(try Folder.list(folder) == ["image", "sources"])
        }
    }

    @Test(arguments: [
        (["/", "/a/b"], "is in no folder"), (["/", "/a", "/a"], "is there twice"), ([], "needs a root"),
    ])
    func aTreeThatIsNone(_ paths: [String], _ message: String) throws {
        try with { folder, sources in
            let entries = paths.map { sources.other($0, .folder) }
            let failure = #expect(throws: Failure.self) {
                try squashfs(.xz).write(entries, to: Path.join(folder, "image"))
            }
            #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        }
    }

    @Test func aFullDiskIsNamed() throws {
        try with { folder, sources in
            let small = Path.join(folder, "small")
            try Folder.create(small)
            guard try Command("mount", ["-t", "tmpfs", "-o", "size=64k", "none", small]).run().status == 0 else {
                print("skipped: mounting a small file system needs root")
                return
            }
            defer { _ = try? Command("umount", [small]).run() }
            let image = Path.join(small, "root.squashfs")
            let failure = #expect(throws: Failure.self) { try squashfs(.xz).write(tree(sources), to: image) }
            #expect(failure?.status == .device)
            #expect(failure?.message.contains(image) == true, "\(failure?.message ?? "")")
            #expect(failure?.message.contains("No space left") == true, "\(failure?.message ?? "")")
            #expect(try Folder.list(small).isEmpty)
        }
    }
}
