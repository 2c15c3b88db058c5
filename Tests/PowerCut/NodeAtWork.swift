import Boot
import DiskSupport
import Disks
import Glibc
import Host
import NodeConfig

@testable import Node

/// A node that runs from a disk whose every write is recorded: its state is mounted, and what it does to its slots and its
/// configuration goes to the disk.
final class NodeAtWork {
    /// How the disk is after a step, as a power cut may leave it: before, afterwards, or later.
    struct Expectation: Equatable {
        var bootState: BootState?
        var configured: [Slot: String] = NodeDisk.hostnames
        var lastEvent: String?
    }

    let disk: NodeDisk
    /// Before all steps, and after each.
    private(set) var expectations: [Expectation] = [Expectation(bootState: .installed())]
    private let recorder: Recorder
    private let folder: String
    private var root: String { Path.join(folder, "root") }
    private var state: String { Path.join(root, StatePartition.mountPoint) }

    /// - Parameters:
    ///   - disk: is only read
    ///   - folder: for everything else
    init(_ disk: NodeDisk, folder: String) throws {
        self.disk = disk
        self.folder = folder
        recorder = try Recorder(base: disk.path, folder: folder)
        try Folder.create(state)
        guard let part = disk.layout[.state] else { return }
        // Not every machine that tests has nodes for the partitions of loop devices in /dev.
        let options = "loop,noatime,offset=\(part.start),sizelimit=\(part.size)"
        try Command("mount", ["-o", options, recorder.device, state]).run().check()
    }

    /// Takes what was recorded; the power is gone afterwards.
    func finish() throws -> Recording {
        // A program that another test is just starting has our open files for a moment, and the mount is busy.
        for _ in 0..<600 {
            if try Command("umount", [state]).run().status == 0 { return try recorder.finish() }
            usleep(100_000)
        }
        try Command("umount", [state]).run().check()
        return try recorder.finish()
    }

    /// Lets go of the mount when a step has failed.
    deinit { _ = try? Command("umount", ["-q", "-l", state]).run() }

    /// What userspace does to the slots while one of them runs.
    func slots(_ name: String, running: Slot, lastEvent: String? = nil, _ body: (NodeSlots) throws -> Void) throws {
        let line = KernelCommandLine(
            Array("nodewright.slot=\(running.rawValue) nodewright.disk=\(disk.layout.identifier)\n".utf8))
        let slots = try NodeSlots(root: root, commandLine: line, disk: recorder.device)
        try recorder.step(name) { try body(slots) }
        var next = expectations[expectations.count - 1]
        next.bootState = try bootState()
        next.lastEvent = lastEvent ?? next.lastEvent
        expectations.append(next)
    }

    /// A restart up to the kernel: GRUB chooses, counts and shows what it would start. Nothing is flushed.
    ///
    /// - Throws: when it is another slot than the offline model says
    func restart(expecting slot: Slot) throws {
        guard let efi = disk.layout[.efi] else { return }
        try recorder.forgetCached()
        let start = try recorder.step("GRUB counting a start of slot \(slot.name)", isDurable: false) {
            try EmulatedGRUB(disk: recorder.device, partition: efi, folder: folder).start()
        }
        guard start.slot == slot else {
            throw Failure(.internalError, "GRUB starts another slot than \(slot.name): \(start.screen.suffix(800))")
        }
        var next = expectations[expectations.count - 1]
        next.bootState = try bootState()
        expectations.append(next)
    }

    /// What userspace does to the configurations of a slot.
    func configuration(_ name: String, of slot: Slot, becomes host: String, _ body: (ConfigurationStore) throws -> Void)
        throws
    {
        let store = ConfigurationStore(folder: Path.join(state, "config/\(slot.rawValue)"))
        try recorder.step(name) { try body(store) }
        var next = expectations[expectations.count - 1]
        next.configured[slot] = host
        expectations.append(next)
    }

    /// Anything else that changes the boot state.
    func disk(careless name: String, _ body: (_ device: String, _ efi: Partition) throws -> Void) throws {
        guard let efi = disk.layout[.efi] else { return }
        try recorder.step(name) { try body(recorder.device, efi) }
        var next = expectations[expectations.count - 1]
        next.bootState = try bootState()
        expectations.append(next)
    }

    private func bootState() throws -> BootState? {
        try recorder.forgetCached()
        return try GRUBBootControl(recorder.device, offset: disk.layout[.efi]?.start ?? 0).read().state
    }

    /// What must be true of the disk of a node, whenever the power goes: it starts, with a state that it had or was to get.
    static func problems(
        _ found: DiskExaminer.Findings, _ possible: [Int], _ expectations: [Expectation]
    ) -> [String] {
        let allowed = possible.map { expectations[$0 + 1] }
        var problems = found.problems
        if !found.startsWithUEFI || !found.startsWithBIOS { problems.append("it does not start") }
        if found.content != .node { problems.append("it is called \(found.content)") }
        if !allowed.contains(where: { $0.bootState == found.bootState }) {
            problems.append("the boot state is none of those: \(found.bootState.map { "\($0)" } ?? "none")")
        }
        for slot in Slot.allCases
        where !allowed.contains(where: { $0.configured[slot] == found.configured[slot] }) {
            problems.append("slot \(slot.name) is configured as \(found.configured[slot] ?? "nothing")")
        }
        if !allowed.contains(where: { $0.lastEvent == found.lastEvent }) {
            problems.append("the history ends with \(found.lastEvent ?? "nothing")")
        }
        return problems
    }
}
