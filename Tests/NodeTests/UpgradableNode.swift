import Boot
import DiskSupport
import Disks
import Document
import Glibc
import Host
import NodeConfig
import TestSupport
import Testing
import Transfer
import Updates
import Verity

@testable import Node

/// A release of a product, small and made of noise; two of them have most of their root file system in common.
struct SampleRelease {
    var version: String
    var product = "hypervisor"
    var architecture = "x86_64"
    var compatibility: String?
    var schema = NodeConfiguration.schemaVersion
    var minimum: String?
    var root: [UInt8]
    var kernel = LiveMachine.bytes(41, 200_000)
    var initramfs = LiveMachine.bytes(42, 300_001)

    /// - Parameter change: which noise the changed part has; all of it is another one for nil
    init(_ version: String, change: UInt32? = 0, blocks: Int = 256) {
        self.version = version
        guard let change else {
            root = LiveMachine.bytes(UInt32(version.utf8.reduce(1000) { $0 &* 31 &+ Int($1) } % 99_991), blocks * 4096)
            return
        }
        root = LiveMachine.bytes(40, blocks * 4096)
        root.replaceSubrange(500_000..<540_000, with: LiveMachine.bytes(100 + change, 40_000))
    }

    var tree: VerityTree {
        get throws {
            try VerityTree(size: root.count, seed: .init(.of(root))) { Array(root[$0..<min($0 + $1, root.count)]) }
        }
    }

    /// Writes what `nodewright build --format update` writes.
    @discardableResult
    func write(to folder: String, _ change: (inout ReleaseManifest) -> Void = { _ in }) throws -> ReleaseManifest {
        try Folder.create(folder)
        let tree = try tree
        let contents = [
            ("root.squashfs", root), ("root.verity", tree.bytes), ("vmlinuz", kernel), ("initramfs.img", initramfs),
        ]
        let files = try contents.map { name, bytes in
            try File.write(Path.join(folder, name), bytes)
            return ReleaseManifest.File(name: name, size: bytes.count, sha256: Checksum.of(bytes))
        }
        var manifest = ReleaseManifest(
            name: product, version: try #require(ReleaseVersion(version)), architecture: architecture,
            compatibility: compatibility, configurationSchema: schema,
            minimumVersion: minimum.flatMap { ReleaseVersion($0) }, notes: "What is new in \(version).",
            kernelArguments: ["quiet", "new=\(version)"], rootHash: tree.rootHash, epoch: 1_700_000_000, files: files)
        change(&manifest)
        try File.write(Path.join(folder, ReleaseManifest.fileName), manifest.bytes)
        return manifest
    }
}

/// A node in a folder: a disk in a file, from whose slot A version 1.0 runs, and the root that a user of that node sees.
struct UpgradableNode {
    /// Whether an image and the root file system in it can be mounted.
    static let canMountImages = getuid() == 0 && File.exists("/dev/loop-control") && knows("squashfs")

    /// Whether the kernel knows a file system; those that are modules count once they are loaded.
    static func knows(_ fileSystem: String) -> Bool {
        (try? File.readText("/proc/filesystems"))?.contains("\t\(fileSystem)\n") == true
    }

    let folder: String
    let layout: DiskLayout
    let first: SampleRelease
    /// What stands for the disk in commands.
    var disk: String

    var image: String { path("disk.img") }
    var root: String { path("root") }
    var state: String { path("root" + StatePartition.mountPoint) }

    func path(_ name: String) -> String { Path.join(folder, name) }

    /// Runs `body` with a node.
    ///
    /// - Parameters:
    ///   - counters: what the boot loader knows
    ///   - configuration: more lines of the node's configuration
    static func with<Value>(
        _ first: SampleRelease = SampleRelease("1.0"), counters: BootState = .installed(), configuration: String = "",
        _ body: (UpgradableNode) throws -> Value
    ) throws -> Value {
        try Folder.withTemporary(prefix: "upgrade") { folder in
            let layout = try DiskLayout(
                .init(esp: 64 << 20, slot: 8 << 20, state: 64 << 20), identifiers: .random())
            var node = UpgradableNode(folder: folder, layout: layout, first: first, disk: "")
            node.disk = node.image
            try node.make(counters, configuration)
            return try body(node)
        }
    }

    private func make(_ counters: BootState, _ configuration: String) throws {
        let disk = try DiskFile.create(image, size: layout.size)
        try PartitionTable.write(layout, to: image)
        let tree = try first.tree
        let entry = SlotEntry(
            slot: .a, title: "\(first.product) \(first.version)", rootHash: tree.rootHash, layout: layout,
            kernelArguments: ["quiet"], grows: false)
        let files = [
            FATFile("/nodewright/a/slot.cfg", bytes: Array(entry.menu.utf8)),
            FATFile("/nodewright/a/vmlinuz", bytes: first.kernel),
            FATFile("/nodewright/a/initramfs.img", bytes: first.initramfs),
        ]
        let esp = try #require(layout[.efi])
        try FATWriter.write(
            files + EnvironmentBlock.paths.map { FATFile($0, bytes: EnvironmentBlock.bytes(counters)) },
            to: disk, offset: esp.start, size: esp.size, label: "ESP", serial: 1, epoch: 1_700_000_000,
            skipsZeros: true)
        try disk.write(first.root, at: try #require(layout[.rootA]).start)
        try disk.write(tree.bytes, at: try #require(layout[.rootAVerity]).start)
        try run(on: .a)
        try File.write(
            place("usr/lib/nodewright/image.json"),
            #"""
            {"format": 1, "name": "\#(first.product)", "version": "\#(first.version)", "arch": "\#(first.architecture)",
             "kernel-arguments": ["quiet"], "sizes": {"esp": 67108864, "state": 67108864}}
            """#)
        try File.write(place("etc/machine-id"), "0123456789abcdef0123456789abcdef\n")
        try Folder.create(state)
        try ConfigurationStore(folder: Path.join(state, "config/a")).write(
            NodeConfiguration.read(
                Array("schemaVersion: 1\nhostname: node7.example.org\n\(configuration)".utf8), file: "node.yaml"),
            by: "test")
    }

    /// The path of a file of the root, in a folder that exists.
    func place(_ name: String) throws -> String {
        let file = Path.join(root, name)
        try Folder.create(Path.parent(file))
        return file
    }

    /// Says which slot runs.
    func run(on slot: Slot) throws {
        try File.write(
            place("proc/cmdline"), "nodewright.slot=\(slot.rawValue) nodewright.disk=\(layout.identifier) quiet\n")
    }

    /// A release in a folder of its own.
    @discardableResult
    func folder(
        _ release: SampleRelease, _ name: String = "update", _ change: (inout ReleaseManifest) -> Void = { _ in }
    ) throws -> String {
        try release.write(to: path(name), change)
        return path(name)
    }

    func arguments(_ words: [String]) -> [String] {
        words + ["--disk", disk, "--root", root, "--kernel-command-line", Path.join(root, "proc/cmdline")]
    }

    /// Runs nodectl as somebody on the node would.
    func nodectl(_ words: String..., environment: [String: String] = [:]) throws -> Command.Result {
        try Command(Programs.built("nodectl"), arguments(words), environment: environment).run()
    }

    func apply(_ words: String...) throws -> Command.Result {
        try Command(Programs.built("nodectl"), arguments(["upgrade", "apply"] + words)).run()
    }

    /// What the boot loader would do.
    var slots: NodeSlots {
        get throws {
            try NodeSlots(
                root: root, commandLine: KernelCommandLine(try File.readText(Path.join(root, "proc/cmdline"))),
                disk: image)
        }
    }

    /// The bytes of a partition.
    func bytes(_ role: PartitionRole, _ count: Int? = nil) throws -> [UInt8] {
        let place = try #require(layout[role])
        return try File.read(image, at: place.start, count: min(count ?? place.size, place.size))
    }

    /// A file of the EFI system partition; nil when there is none.
    func systemFile(_ name: String) throws -> [UInt8]? {
        let reader = try FATReader(image, offset: try #require(layout[.efi]).start)
        return reader.has("/nodewright/" + name) ? try reader.read("/nodewright/" + name) : nil
    }

    /// What an upgrade must never touch: everything of slot A, but not what is counted.
    func slotA() throws -> [[UInt8]] {
        try [bytes(.rootA), bytes(.rootAVerity)]
            + ["a/slot.cfg", "a/vmlinuz", "a/initramfs.img"].map { try #require(try systemFile($0)) }
    }

    /// Expects that slot B holds a release and starts next, and that nothing has happened to slot A.
    func expectNext(_ release: SampleRelease, tries: Int = 3, sourceLocation: SourceLocation = #_sourceLocation) throws
    {
        let now = try slots.read()
        #expect(now.choice.slot == .b, sourceLocation: sourceLocation)
        #expect(
            now.state?.b == .init(isGood: false, triesLeft: tries) && now.state?.a.isGood == true,
            sourceLocation: sourceLocation)
        let hash = try release.tree.rootHash
        let title = "\(release.product) \(release.version)"
        #expect(
            now.entries[.b]?.title == title && now.entries[.b]?.rootHash == hash, sourceLocation: sourceLocation)
        #expect(try bytes(.rootB, release.root.count) == release.root, sourceLocation: sourceLocation)
        #expect(
            try systemFile("b/vmlinuz") == release.kernel && systemFile("b/initramfs.img") == release.initramfs,
            sourceLocation: sourceLocation)
        #expect(try slots.verify(.b) == release.root.count, sourceLocation: sourceLocation)
    }

    /// Expects that the node would start as it did before.
    func expectUntouched(_ before: [[UInt8]], sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try slotA() == before, "slot A has changed", sourceLocation: sourceLocation)
        let now = try slots.read()
        #expect(now.choice.slot == .a && now.state?.a.isGood == true, sourceLocation: sourceLocation)
    }
}
