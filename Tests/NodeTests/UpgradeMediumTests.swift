import Boot
import DiskSupport
import Glibc
import Host
import TestSupport
import Testing

/// `nodectl upgrade apply FILE.iso`.
@Suite(
    .enabled(if: UpgradableNode.canMountImages, "needs root, loop devices, and a kernel that knows squashfs"))
struct UpgradeMediumTests {
    /// An ISO with what ours have for an upgrade; where the kernel does not know ISOs, the same files in a squashfs.
    private func medium(_ node: UpgradableNode, version: String, without missing: String = "") throws -> SampleRelease {
        let (tree, medium) = (node.path("tree"), node.path("medium"))
        try Folder.create(Path.join(tree, "usr/lib/nodewright"))
        try File.write(
            Path.join(tree, "usr/lib/nodewright/image.json"),
            #"{"format": 1, "name": "hypervisor", "version": "\#(version)", "arch": "x86_64", "kernel-arguments": ["quiet"]}"#
        )
        try File.write(Path.join(tree, "content"), LiveMachine.bytes(60, 900_000))
        for name in ["LiveOS", "boot"] { try Folder.create(Path.join(medium, name)) }
        let root = Path.join(medium, "LiveOS/root.squashfs")
        try File.remove(root)
        try Command("mksquashfs", [tree, root, "-quiet", "-no-xattrs"]).run().check()
        var release = SampleRelease(version)
        release.root = try File.read(root)
        try File.write(Path.join(medium, "boot/vmlinuz"), release.kernel)
        try File.write(Path.join(medium, "boot/initramfs.img"), release.initramfs)
        if !missing.isEmpty { try File.remove(Path.join(medium, missing)) }
        try File.remove(node.path("medium.iso"))
        let made =
            UpgradableNode.knows("iso9660")
            ? Command("xorriso", ["-as", "mkisofs", "-quiet", "-R", "-o", node.path("medium.iso"), medium])
            : Command("mksquashfs", [medium, node.path("medium.iso"), "-quiet", "-no-xattrs"])
        try made.run().check()
        return release
    }

    @Test func anISOIsAReleaseToo() throws {
        try UpgradableNode.with { node in
            let release = try medium(node, version: "2.0")
            let result = try node.apply(node.path("medium.iso"))
            #expect(result.status == 10, "\(result.errorTail)")
            try node.expectNext(release)
            let mounts = try File.readText("/proc/self/mountinfo")
            #expect(!mounts.contains(node.folder))
            // Which version it is was read out of it.
            _ = try medium(node, version: "0.9")
            let older = try node.apply(node.path("medium.iso"))
            #expect(older.status == 6 && older.errorTail.contains("hypervisor 0.9 is older"), "\(older.errorTail)")
            try node.expectNext(release)
        }
    }

    @Test(arguments: ["boot/vmlinuz", "LiveOS/root.squashfs"]) func anISOOfSomethingElse(missing: String) throws {
        try UpgradableNode.with { node in
            let before = try node.slotA()
            _ = try medium(node, version: "2.0", without: missing)
            let result = try node.apply(node.path("medium.iso"))
            #expect(result.status == 2, "\(result.errorTail)")
            #expect(result.errorTail.contains("is no ISO of nodewright: it lacks \(Path.name(missing))"))
            try node.expectUntouched(before)
            #expect(try !File.readText("/proc/self/mountinfo").contains(node.folder))
        }
    }
}
