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
        /// States on the way to it.
        var transient: [BootState] = []
        var configured: [Slot: String] = NodeDisk.hostnames
        var lastEvent: String?
    }

    let disk: NodeDisk
    /// Before all steps, and after each.
    private(set) var expectations: [Expectation]
    private let recorder: Recorder
    private let folder: String
    let root: NodeRoot

    /// - Parameters:
    ///   - disk: is only read
    ///   - folder: for everything else
    ///   - before: how the disk is
    init(
        _ disk: NodeDisk, folder: String, before: Expectation = Expectation(bootState: .installed())
    ) throws {
        self.disk = disk
        self.folder = folder
        expectations = [before]
        recorder = try Recorder(base: disk.path, folder: folder)
        root = try NodeRoot(recorder.device, disk.layout, in: folder)
    }

    /// Takes what was recorded; the power is gone afterwards.
    func finish() throws -> Recording {
        try root.unmount()
        return try recorder.finish()
    }

    /// What userspace does to the slots while one of them runs.
    func slots(_ name: String, running: Slot, lastEvent: String? = nil, _ body: (NodeSlots) throws -> Void) throws {
        let slots = try root.slots(running: running)
        try recorder.step(name) { try body(slots) }
        try expect(lastEvent: lastEvent)
    }

    /// What the disk must be like from now on.
    ///
    /// - Parameters:
    ///   - transient: states on the way to it
    ///   - configured: the host name of a slot that has got another configuration
    private func expect(
        transient: [BootState] = [], configured: [Slot: String] = [:], lastEvent: String? = nil
    ) throws {
        var next = expectations[expectations.count - 1]
        next.bootState = try bootState()
        next.transient = transient
        next.configured.merge(configured) { $1 }
        next.lastEvent = lastEvent ?? next.lastEvent
        expectations.append(next)
    }

    /// What an upgrade does while slot A runs.
    func upgrade(
        _ name: String, to release: SampleRelease, ends: @escaping @Sendable (ProgressEvent) -> Bool = { _ in false }
    ) throws -> SlotUpgrade.Outcome {
        let before = try bootState()
        let slots = try root.slots(running: .a)
        let outcome = try recorder.step(name) { try release.upgrade(slots, ends: ends) }
        // The slot is taken out of the choice before anything else.
        var cleared = before
        cleared?.clear(.b, running: .a)
        if cleared != before { cleared?.sequence += 1 }
        let isActivated = outcome == .activated
        try expect(
            transient: [cleared].compactMap(\.self),
            configured: isActivated ? [.b: expectations[0].configured[.a] ?? ""] : [:],
            lastEvent: isActivated ? "b upgraded" : nil)
        return outcome
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
        try expect()
    }

    /// What userspace does to the configurations of a slot.
    func configuration(_ name: String, of slot: Slot, becomes host: String, _ body: (ConfigurationStore) throws -> Void)
        throws
    {
        try recorder.step(name) { try body(root.configurations(of: slot)) }
        var next = expectations[expectations.count - 1]
        next.configured[slot] = host
        next.transient = []
        expectations.append(next)
    }

    /// Anything else that changes the boot state.
    func disk(careless name: String, _ body: (_ device: String, _ efi: Partition) throws -> Void) throws {
        guard let efi = disk.layout[.efi] else { return }
        try recorder.step(name) { try body(recorder.device, efi) }
        try expect()
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
        let transient = possible.dropFirst().flatMap { expectations[$0 + 1].transient }
        if !allowed.contains(where: { $0.bootState == found.bootState }),
            !transient.contains(where: { $0 == found.bootState })
        {
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
