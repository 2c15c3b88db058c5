import Boot
import DiskSupport
import Disks
import Host
import NodeConfig
import Transfer
import Verity

@testable import Node

/// A disk of a node in a file, and what is on it.
struct NodeDisk {
    let path: String
    let layout: DiskLayout
    /// The files of the EFI system partition, without what GRUB and userspace count in.
    let files: [String: [UInt8]]

    static let hostnames: [Slot: String] = [.a: "node7.example.org", .b: "node8.example.org"]

    static func configuration(_ slot: Slot) throws -> NodeConfiguration {
        try configuration(hostnames[slot] ?? "")
    }

    static func configuration(_ name: String) throws -> NodeConfiguration {
        try NodeConfiguration.read(Array("schemaVersion: 1\nhostname: \(name)\n".utf8), file: "node.yaml")
    }

    /// A disk on which slot A was just installed.
    ///
    /// - Parameter wishes: what is to be done otherwise
    static func installed(
        _ machine: LiveMachine, _ name: String, _ wishes: (inout InstallationPlan.Wishes) -> Void = { _ in }
    ) throws -> NodeDisk {
        let plan = try plan(machine, machine.disk(megabytes: 300, name), wishes)
        let result = try Installation(plan, root: machine.root).run()
        return NodeDisk(path: plan.disk.path, layout: plan.layout, files: try files(plan, result.rootHash))
    }

    /// What an installation is to do.
    static func plan(
        _ machine: LiveMachine, _ disk: Disk, _ change: (inout InstallationPlan.Wishes) -> Void = { _ in }
    ) throws -> InstallationPlan {
        var wishes = InstallationPlan.Wishes()
        wishes.configuration = try configuration(.a)
        wishes.wipe = .anything
        change(&wishes)
        return try InstallationPlan(InstallationSource.running(root: machine.root), to: disk, wishes)
    }

    /// The files that an installation writes.
    static func files(_ plan: InstallationPlan, _ rootHash: String) throws -> [String: [UInt8]] {
        try contents(plan.files(rootHash: rootHash))
    }

    private static func contents(_ files: [FATFile]) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for file in files where !EnvironmentBlock.paths.contains(file.path) {
            found[file.path] = try file.content.read()
        }
        return found
    }

    /// A disk whose slots are both filled, each with its own system and configuration.
    ///
    /// - Parameter isReal: whether what is on the medium starts; else the menu shows what it would start
    static func withTwoSlots(_ machine: LiveMachine, _ name: String, isReal: Bool = false) throws -> NodeDisk {
        let plan = try plan(machine, machine.disk(megabytes: isReal ? 440 : 300, name))
        let path = plan.disk.path
        let first = try Installation(plan, root: machine.root).run().rootHash
        let disk = try DiskFile(path)
        guard let root = plan.layout[.rootB], let tree = plan.layout[.rootBVerity], let efi = plan.layout[.efi],
            let state = plan.layout[.state]
        else { throw Failure(.internalError, "the layout has no second slot") }
        let content = LiveMachine.bytes(9, 1 << 20)
        let verity = try VerityTree(size: content.count, seed: .init(.of(content))) { Array(content[$0..<$0 + $1]) }
        try disk.write(content, at: root.start)
        try disk.write(verity.bytes, at: tree.start)
        func entry(_ slot: Slot, _ title: String, _ hash: String) -> SlotEntry {
            SlotEntry(
                slot: slot, title: title, rootHash: hash, layout: plan.layout,
                kernelArguments: plan.source.image.kernelArguments, grows: false)
        }
        let entries = [entry(.a, "hypervisor 1.2", first), entry(.b, "hypervisor 1.3", verity.rootHash)]
        var files = plan.source.files.files(entries[0])
        let system = plan.source.files
        files.insert(
            contentsOf: [
                FATFile("/nodewright/b/slot.cfg", bytes: Array(entries[1].menu.utf8)),
                isReal
                    ? FATFile("/nodewright/b/vmlinuz", system.kernel)
                    : FATFile("/nodewright/b/vmlinuz", bytes: LiveMachine.bytes(10, 200_000)),
                isReal
                    ? FATFile("/nodewright/b/initramfs.img", system.initramfs)
                    : FATFile("/nodewright/b/initramfs.img", bytes: LiveMachine.bytes(11, 400_000)),
            ], at: files.count - 1)
        if !isReal { files = try files.map(shown) }
        try FATWriter.write(
            files, to: disk, offset: efi.start, size: efi.size, label: "ESP", serial: 1, epoch: 1_700_000_000,
            skipsZeros: false)
        _ = try StoredState(disk: path, partition: state).with { folder in
            try ConfigurationStore(folder: Path.join(folder, "config/b")).write(configuration(.b), by: "test")
        }
        return NodeDisk(path: path, layout: plan.layout, files: try contents(files))
    }

    /// A file of the menu that shows what it would start.
    private static func shown(_ file: FATFile) throws -> FATFile {
        switch file.path {
        case "/nodewright/grub.cfg": FATFile(file.path, bytes: Array(EmulatedGRUB.menu.utf8))
        case "/nodewright/a/slot.cfg", "/nodewright/b/slot.cfg":
            FATFile(
                file.path,
                bytes: Array(EmulatedGRUB.shown(String(decoding: try file.content.read(), as: UTF8.self)).utf8))
        default: file
        }
    }
}
