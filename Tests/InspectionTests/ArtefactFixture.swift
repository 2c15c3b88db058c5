import Disks
import Document
import Host
import Packages
import Testing

@testable import Inspection

/// A small ISO of the shape of ours, made with the tools that make the real ones.
struct ArtefactFixture {
    let folder: String
    var iso: String { Path.join(folder, "tiny-1-x86_64.iso") }

    static func with<Value>(_ body: (ArtefactFixture) throws -> Value) throws -> Value {
        try Folder.withTemporary(prefix: "nodewright-inspection-tests") { folder in
            let fixture = ArtefactFixture(folder: folder)
            try fixture.make(try Example.manifest(), motd: "hello\n", to: fixture.iso)
            return try body(fixture)
        }
    }

    /// Makes an ISO.
    func make(_ manifest: ImageManifest?, motd: String, to path: String, extra: [String: String] = [:]) throws {
        let work = try Folder.temporary(in: folder)
        func write(_ name: String, _ bytes: [UInt8]) throws {
            try Folder.create(Path.parent(Path.join(work, name)))
            try File.write(Path.join(work, name), bytes)
        }
        if let manifest { try write("root" + ImageManifest.path, JSON.bytes(manifest.json)) }
        try write("root/etc/motd", Array(motd.utf8))
        try write("root/usr/bin/bash", [UInt8](repeating: 0x42, count: 300_000))
        for (name, content) in extra { try write("root" + name, Array(content.utf8)) }
        try Command("ln", ["-s", "usr/bin", Path.join(work, "root/bin")]).run().check()
        try Folder.create(Path.join(work, "iso/LiveOS"))
        try Command(
            "mksquashfs",
            [
                Path.join(work, "root"), Path.join(work, "iso/LiveOS/root.squashfs"), "-quiet", "-no-progress", "-comp",
                "zstd", "-all-root", "-mkfs-time", "1700000000", "-all-time", "1700000000",
            ]
        ).run().check()
        var kernel = [UInt8](repeating: 0, count: 0x1000)
        kernel.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
        kernel.replaceSubrange(0x20E..<0x210, with: [0x00, 0x04])
        let version = Array("6.12.1 (builder@host)".utf8)
        kernel.replaceSubrange(0x600..<(0x600 + version.count), with: version)
        try write("iso/boot/vmlinuz", kernel)
        let script = "echo etc/motd | cpio --quiet -o -H newc | zstd -q"
        try write(
            "iso/boot/initramfs.img",
            try Command("sh", ["-c", script], folder: Path.join(work, "root")).run().check().output)
        try write(
            "iso/boot/grub2/grub.cfg",
            Array("menuentry 'tiny: Live' --id live {\nlinux /boot/vmlinuz quiet\ninitrd /boot/initramfs.img\n}\n".utf8)
        )
        try Command(
            "xorriso",
            ["-as", "mkisofs", "-quiet", "-rational-rock", "-volid", "TINY", "-output", path, Path.join(work, "iso")]
        ).run().check()
    }

    /// Makes a disk of the layout of ours: an EFI system partition, slot A with its hash tree, the rest empty.
    func makeDisk(_ path: String) throws {
        let work = try Folder.temporary(in: folder)
        func part(_ name: String) -> String { Path.join(work, name) }
        let paths = ["/LiveOS/root.squashfs", "/boot/vmlinuz", "/boot/initramfs.img"]
        for path in paths {
            try Command(
                "xorriso", ["-osirrox", "on", "-indev", iso, "-extract", path, part(Path.name(path))]
            ).run().check()
        }
        let format = try Command("veritysetup", ["format", part("root.squashfs"), part("tree")]).run().check().text
        let hash = try #require(format.firstMatch(of: /Root hash:\s+([0-9a-f]{64})/)).output.1
        let layout = try DiskLayout(
            .init(esp: 40 << 20, slot: 4 << 20, state: 1 << 20), architecture: "x86_64", identifiers: .random())
        let disk = try DiskFile.create(path, size: layout.size)
        try PartitionTable.write(layout, to: path)
        let esp = try #require(layout[.efi])
        try Command("mkfs.fat", ["--offset", String(esp.start / 512), path, String(esp.size >> 10)]).run().check()
        try File.write(
            part("slot.cfg"), "menuentry 'tiny (slot A)' --id a {\nlinux /nodewright/a/vmlinuz roothash=\(hash)\n}\n")
        let device = "\(path)@@\(esp.start)"
        try Command("mmd", ["-i", device, "::/nodewright", "::/nodewright/a"]).run().check()
        for name in ["vmlinuz", "initramfs.img", "slot.cfg"] {
            try Command("mcopy", ["-i", device, part(name), "::/nodewright/a/" + name]).run().check()
        }
        try disk.write(contentOf: part("root.squashfs"), at: try #require(layout[.rootA]).start, skipsZeros: true)
        try disk.write(contentOf: part("tree"), at: try #require(layout[.rootAVerity]).start, skipsZeros: true)
    }
}
