import Boot
import DiskSupport
import Disks
import Host
import Transfer
import Updates
import Verity

@testable import Node

/// A release in an update folder, as `nodewright build --format update` makes it, whose files look like chance.
struct SampleRelease {
    let folder: String
    let manifest: ReleaseManifest

    /// Makes one.
    ///
    /// - Parameters:
    ///   - seed: of all that is in it
    ///   - size: bytes of the root file system
    init(_ version: String, seed: UInt32, size: Int, in parent: String) throws {
        folder = Path.join(parent, "release-" + version)
        try Folder.create(folder)
        let root = LiveMachine.bytes(seed, size)
        let tree = try VerityTree(size: root.count, seed: .init(.of(root))) { Array(root[$0..<$0 + $1]) }
        let contents = [
            ("root.squashfs", root), ("root.verity", tree.bytes), ("vmlinuz", LiveMachine.bytes(seed + 1, 210_000)),
            ("initramfs.img", LiveMachine.bytes(seed + 2, 330_001)),
        ]
        var files: [ReleaseManifest.File] = []
        for (name, bytes) in contents {
            try File.write(Path.join(folder, name), bytes)
            files.append(.init(name: name, size: bytes.count, sha256: .of(bytes)))
        }
        guard let number = ReleaseVersion(version) else { throw Failure(.internalError, "\(version) is no version") }
        manifest = ReleaseManifest(
            name: "hypervisor", version: number, architecture: "x86_64", kernelArguments: ["quiet"],
            rootHash: tree.rootHash, epoch: 1_700_000_000, files: files)
        try File.write(Path.join(folder, ReleaseManifest.fileName), manifest.bytes)
    }

    /// Upgrades slot B to it.
    func upgrade(_ slots: NodeSlots, isCancelled: @escaping () -> Bool = { false }) throws -> SlotUpgrade.Outcome {
        try MediumRelease.with(folder, root: slots.root) {
            try Self.upgrade(slots, isCancelled: isCancelled).run($0)
        }
    }

    /// An upgrade of a node with version 1.2.
    static func upgrade(_ slots: NodeSlots, isCancelled: @escaping () -> Bool = { false }) throws -> SlotUpgrade {
        guard let version = ReleaseVersion("1.2") else { throw Failure(.internalError, "1.2 is no version") }
        return SlotUpgrade(
            slots, running: RunningRelease(name: "hypervisor", version: version, architecture: "x86_64"),
            isCancelled: isCancelled)
    }

    /// Its files on the EFI system partition of a disk.
    func files(_ layout: DiskLayout) throws -> [String: [UInt8]] {
        let entry = SlotEntry(
            slot: .b, title: "hypervisor \(manifest.version)", rootHash: manifest.rootHash, layout: layout,
            kernelArguments: manifest.kernelArguments, grows: false)
        return [
            entry.folder + "/slot.cfg": Array(entry.menu.utf8),
            entry.folder + "/troubleshooting.cfg": Array(entry.troubleshooting.utf8),
            entry.folder + "/vmlinuz": try File.read(Path.join(folder, "vmlinuz")),
            entry.folder + "/initramfs.img": try File.read(Path.join(folder, "initramfs.img")),
        ]
    }
}
