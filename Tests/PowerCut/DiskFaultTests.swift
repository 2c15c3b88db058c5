import Boot
import DiskSupport
import Disks
import Host
import NodeConfig
import Testing

@testable import Node

/// Disks that refuse a sector or are pulled out while the product writes to them (QEMU's `blkdebug`).
@Suite(.serialized, .enabled(if: StorageDaemon.obstacle == nil, "\(StorageDaemon.obstacle ?? "")"))
struct DiskFaultTests {
    /// A place of the disk where requests fail.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        var isRead = false
        /// A part of the failure's message.
        var words = "writ"
        let place: @Sendable (DiskLayout) -> Int
        var testDescription: String { name }
    }

    private static func start(_ role: PartitionRole, _ offset: Int = 0) -> @Sendable (DiskLayout) -> Int {
        { ($0[role]?.start ?? 0) + offset }
    }

    static let faults = [
        Fault(name: "the first sector") { _ in 0 },
        Fault(name: "the table") { _ in 1024 },
        Fault(name: "the mark") { _ in 512 << 10 },
        Fault(name: "the end of the disk") { $0.size - 512 },
        Fault(name: "GRUB's core image", place: start(.biosBoot, 4096)),
        Fault(name: "the EFI system partition", place: start(.efi)),
        Fault(name: "its files", place: start(.efi, 2 << 20)),
        Fault(name: "slot A", place: start(.rootA, 700 << 10)),
        Fault(name: "its hash tree", place: start(.rootAVerity, 4096)),
        Fault(name: "the state", words: "making the state partition", place: start(.state, 128 << 20)),
        Fault(name: "slot A when it is read", isRead: true, words: "verifying", place: start(.rootA, 700 << 10)),
        Fault(name: "the EFI system partition when it is read", isRead: true, words: "verif", place: start(.efi)),
    ]

    private func node(_ image: String, _ fault: String? = nil) -> [String] {
        let file = "driver=file,node-name=\(fault == nil ? "top" : "disk"),filename=\(image)"
        return fault.map { [file, "driver=blkdebug,node-name=top,image=disk," + $0] } ?? [file]
    }

    private func fault(_ type: String, at byte: Int) -> String {
        "inject-error.0.event=none,inject-error.0.iotype=\(type),inject-error.0.errno=5,inject-error.0.sector=\(byte / 512)"
    }

    /// One sector cannot be written, or not be read again: it is said, nothing starts, and the next installation knows why.
    @Test(arguments: faults) func anInstallation(row: Fault) throws {
        try LiveMachine.with { machine in
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "faults") { folder in
                let image = Path.join(folder, "image")
                _ = try DiskFile.create(image, size: 300 << 20)
                // Where everything will lie does not depend on chance.
                let layout = try NodeDisk.plan(machine, DiskInventory().disk(at: image)).layout
                let daemon = try StorageDaemon(
                    node(image, fault(row.isRead ? "read" : "write", at: row.place(layout))), folder: folder)
                let disk = try DiskInventory().disk(at: daemon.device)
                let file = daemon.file
                let failure = #expect(throws: Failure.self) {
                    try Installation(NodeDisk.plan(machine, disk), root: machine.root) { event in
                        if case .started("verifying", _, _) = event { StorageDaemon.forgetCached(file) }
                    }.run()
                }
                daemon.stop()
                #expect(failure?.status == .device)
                #expect(failure?.message.hasPrefix("installing to \"\(disk.path)\": ") == true)
                #expect(failure?.message.contains(row.words) == true, "\(failure?.description ?? "")")
                // Before the mark is there, nothing was overwritten.
                let untouched = row.name == "the mark"
                #expect((failure?.hint == "what was on this disk is still there") == untouched)
                #expect(failure?.hint != nil)
                try examine(image, layout)
            }
        }
    }

    /// Nothing starts, or a whole node does that is still called unfinished.
    private func examine(_ image: String, _ layout: DiskLayout) throws {
        let found = try DiskInventory().disk(at: image)
        #expect([.empty, .unfinished].contains(found.content), "\(found.content)")
        let code = try File.read(image, at: 0, count: 440)
        if try PartitionTable.read(image) == nil { #expect(code.allSatisfy { $0 == 0 }) }
    }

    /// The disk is gone in the middle: the installation ends at once, with a message.
    @Test(arguments: ["writing slot A", "writing the EFI system partition", "verifying", "writing the partition table"])
    func aDiskThatVanishes(phase: String) throws {
        try LiveMachine.with { machine in
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "faults") { folder in
                let image = Path.join(folder, "image")
                _ = try DiskFile.create(image, size: 300 << 20)
                let daemon = try StorageDaemon(node(image), folder: folder)
                let process = daemon.process
                let disk = try DiskInventory().disk(at: daemon.device)
                let plan = try NodeDisk.plan(machine, disk)
                let failure = #expect(throws: Failure.self) {
                    try Installation(plan, root: machine.root) { event in
                        if case .started(phase, _, _) = event { StorageDaemon.end(process) }
                    }.run()
                }
                daemon.stop()
                #expect(failure?.status == .device, "\(failure?.description ?? "")")
                #expect(failure?.message.hasPrefix("installing to \"\(disk.path)\": ") == true)
                let found = try DiskInventory().disk(at: image)
                #expect(found.content == .unfinished)
                // Put back, it is installed to without being asked for anything.
                let again = try Installation(NodeDisk.plan(machine, found) { $0.wipe = .emptyOnly }, root: machine.root)
                _ = try again.run()
                #expect(try DiskInventory().disk(at: image).content == .node)
            }
        }
    }

    /// A copy of the boot state that cannot be written: it is said, and GRUB goes on with what was before.
    @Test(arguments: EnvironmentBlock.paths) func aBootStateThatCannotBeWritten(path: String) throws {
        try LiveMachine.with { machine in
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "faults") { folder in
                let node = try NodeDisk.withTwoSlots(machine, "base")
                let offset = node.layout[.efi]?.start ?? 0
                let place = try FATReader(node.path, offset: offset).places(path)[0].lowerBound
                let daemon = try StorageDaemon(self.node(node.path, fault("write", at: place)), folder: folder)
                let control = GRUBBootControl(daemon.device, offset: offset)
                let failure = #expect(throws: Failure.self) {
                    try control.change(running: .a) { $0.activate(.b, tries: 3) }
                }
                #expect(failure?.status == .device)
                #expect(failure?.message.contains("writing the boot loader's counters on \(daemon.device)") == true)
                daemon.stop()
                let left = try GRUBBootControl(node.path, offset: offset).read()
                // The copy that counts goes last: when that one fails, the other is new already.
                #expect(left.state?.first == (path == EnvironmentBlock.paths[0] ? .b : .a))
                #expect(left.problems.isEmpty)
            }
        }
    }

    /// A state partition on which nothing can be noted does not keep a node from falling back.
    @Test func aStateThatIsFull() throws {
        try LiveMachine.with { machine in
            let node = try NodeDisk.withTwoSlots(machine, "base")
            let state = machine.path("node" + StatePartition.mountPoint)
            try Folder.create(state)
            try File.write(Path.join(state, "slots"), "in the way of the folder")
            let line = KernelCommandLine(Array("nodewright.slot=b nodewright.disk=\(node.layout.identifier)\n".utf8))
            var warnings: [String] = []
            let slots = try NodeSlots(
                root: machine.path("node"), commandLine: line, disk: node.path, warn: { warnings.append($0) })
            let control = GRUBBootControl(node.path, offset: node.layout[.efi]?.start ?? 0)
            try slots.activate(.b, tries: 1)
            try control.change(running: .a) { $0 = $0.counting(start: .b) }
            var restarts = 0
            let gate = HealthGate(
                required: { [HealthCheck("network", problem: "no link")] },
                .init(
                    markGood: {}, standing: { slots.standing }, noteFailure: slots.noteFailure, stay: {},
                    tell: { _ in },
                    complete: {}, restart: { restarts += 1 }, warn: { warnings.append($0) }))
            #expect(throws: Failure.self) { try gate.run(deadline: 0) }
            #expect(restarts == 1)
            #expect(
                warnings.count == 2 && warnings.allSatisfy { $0.hasPrefix("the history of the slots is not kept: ") })
            #expect(try control.read().choice.slot == .a)
            // Blessing does not end with it either.
            try slots.bless()
            #expect(try control.read().state?.b == .init(isGood: true))
        }
    }
}
