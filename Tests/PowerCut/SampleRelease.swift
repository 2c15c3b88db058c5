import Boot
import DiskSupport
import Disks
import Host
import Synchronization
import Transfer
import Updates
import Verity

@testable import Node

/// A release in an update folder, as `nodewright build --format update` makes it, whose files look like chance.
struct SampleRelease {
    let folder: String
    let manifest: ReleaseManifest
    private var repository: SampleRepository?

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

    /// Publishes it: upgrades to it come from a repository from then on.
    mutating func publish(in folder: String) throws { repository = try SampleRepository(self, in: folder) }

    /// Upgrades slot B to it.
    ///
    /// - Parameter ends: says at which event somebody ends it
    func upgrade(_ slots: NodeSlots, ends: @escaping @Sendable (ProgressEvent) -> Bool = { _ in false }) throws
        -> SlotUpgrade.Outcome
    {
        let end = End()
        let upgrade = try SlotUpgrade(
            slots, running: Self.running(), progress: { if ends($0) { end.isHere.store(true, ordering: .relaxed) } },
            isCancelled: { end.isHere.load(ordering: .relaxed) })
        if let repository { return try upgrade.run(repository.release(for: slots)) }
        return try MediumRelease.with(folder, root: slots.root) { try upgrade.run($0) }
    }

    private final class End: Sendable {
        let isHere = Atomic(false)
    }

    /// What runs in slot A.
    static func running() throws -> RunningRelease {
        guard let version = ReleaseVersion("1.2") else { throw Failure(.internalError, "1.2 is no version") }
        return RunningRelease(name: "hypervisor", version: version, architecture: "x86_64")
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
