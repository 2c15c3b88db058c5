import Archives
import Glibc
import Host
import Testing

@testable import Artefacts

@Suite struct SquashfsTests {
    /// A tree with a capability, a setuid program and two names of one file.
    private func stream(_ descriptor: Int32) throws {
        try Folder.withTemporary { folder in
            let tar = Path.join(folder, "tree.tar")
            try Command("/usr/bin/python3", ["-c", Self.script, tar]).run().check()
            try File.append(try File.read(tar), to: descriptor, named: "pipe")
        }
    }

    /// Python's tarfile as an independent writer of pax archives.
    private static let script = """
        import sys, tarfile, io
        archive = tarfile.open(sys.argv[1], 'w', format=tarfile.PAX_FORMAT)
        def add(name, content=None, mode=0o644, uid=0, pax={}, link=None):
            info = tarfile.TarInfo(name)
            info.mode, info.uid, info.gid, info.mtime, info.pax_headers = mode, uid, uid, 1000, pax
            if link: info.type, info.linkname = tarfile.LNKTYPE, link
            elif content is None: info.type = tarfile.DIRTYPE
            else: info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if content is not None and not link else None)
        add('usr', mode=0o755)
        add('usr/ping', b'ping' * 5000, mode=0o755, pax={'SCHILY.xattr.user.test': 'value'})
        add('usr/su', b'su', mode=0o4755, uid=12)
        add('usr/second', link='usr/su')
        add('usr/future', b'x')
        archive.close()
        """

    @Test(arguments: [Squashfs.Compression.zstd(level: 3), .xz])
    func whatTheStreamSaysIsInTheImage(_ compression: Squashfs.Compression) throws {
        try Folder.withTemporary { folder in
            var squashfs = Squashfs(epoch: 500)
            squashfs.compression = compression
            let images = ["a", "b"].map { Path.join(folder, $0) }
            for image in images { try squashfs.write(to: image, stream) }
            #expect(try File.read(images[0]) == File.read(images[1]))
            let listing = try Command("unsquashfs", ["-lln", images[0]]).run().check().text
            #expect(listing.contains("-rwsr-xr-x 12/12"))
            #expect(listing.contains("squashfs-root/usr/second"))
            // 500 seconds after 1970, although the stream says 1000.
            #expect(listing.contains("1970-01-01 00:08 squashfs-root/usr/ping"))
            #expect(try Command("unsquashfs", ["-s", images[0]]).run().check().text.contains("Number of inodes 5"))
            #expect(try Folder.list(folder) == ["a", "b"])
        }
    }

    @Test func aFailingStreamLeavesTheOldImage() throws {
        try Folder.withTemporary { folder in
            let image = Path.join(folder, "root.squashfs")
            try File.write(image, "old")
            #expect(throws: Failure.self) {
                try Squashfs(epoch: 0).write(to: image) { _ in throw Failure(.invalidInput, "no tree") }
            }
            #expect(try File.readText(image) == "old")
            #expect(try Folder.list(folder) == ["root.squashfs"])
        }
    }

    @Test func aDamagedStreamIsAFailure() throws {
        try Folder.withTemporary { folder in
            let image = Path.join(folder, "root.squashfs")
            let failure = #expect(throws: Failure.self) {
                try Squashfs(epoch: 0).write(to: image) { descriptor in
                    // More than a pipe holds: the writer must not wait for a reader that has gone.
                    try File.append([UInt8](repeating: 0x41, count: 8 << 20), to: descriptor, named: "pipe")
                }
            }
            #expect(failure?.message.contains("root.squashfs") == true)
            #expect(!File.exists(image))
        }
    }

    @Test func aFullDiskIsNamed() throws {
        try Folder.withTemporary { folder in
            guard try Command("mount", ["-t", "tmpfs", "-o", "size=64k", "none", folder]).run().status == 0 else {
                print("skipped: mounting a small file system needs root")
                return
            }
            defer { _ = try? Command("umount", [folder]).run() }
            let image = Path.join(folder, "root.squashfs")
            let noise = (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255) }
            let source = folder + ".noise"
            try File.write(source, noise)
            defer { try? File.remove(source) }
            let tar = try Command("tar", ["-c", "-C", "/tmp", Path.name(source)]).run().check().output
            let failure = #expect(throws: Failure.self) {
                try Squashfs(epoch: 0).write(to: image) { try File.append(tar, to: $0, named: "pipe") }
            }
            #expect(failure?.status == .device)
            #expect(failure?.message.contains(image) == true)
            #expect(try Folder.list(folder).isEmpty)
        }
    }
}
