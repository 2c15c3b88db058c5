public import Boot
public import Disks
public import Host
public import NodeConfig
import Verity

/// The slots of the disk that a node was started from: what they are, and which one starts next.
public struct NodeSlots {
    /// The slot that runs.
    public let running: Slot
    /// What has happened to them.
    public let history: SlotHistory
    let root: String
    let disk: RunningDisk
    let control: any BootControl
    /// Whether GRUB has called this start a trial.
    let isTrial: Bool
    /// Whether the state partition takes what is free behind it at each start.
    let grows: Bool
    let warn: (String) -> Void

    /// The slots of this node.
    ///
    /// - Parameters:
    ///   - root: `/`, or a fixture
    ///   - disk: an image file or disk to take in place of the one that this node was started from
    ///   - warn: hears what could not be kept and was passed over
    /// - Throws: `.incompatible` on a live system, `.device` when the disk is gone or has no EFI system partition
    public init(
        root: String = "/", commandLine: KernelCommandLine, disk path: String? = nil,
        warn: @escaping (String) -> Void = { _ in }
    ) throws {
        self.root = root
        self.warn = warn
        isTrial = commandLine["nodewright.trial"] != nil
        grows = commandLine.contains("nodewright.grow")
        disk = try RunningDisk(root: root, commandLine: commandLine, disk: path)
        running = disk.slot
        history = SlotHistory(root: root)
        let place = try disk.place(of: .efi)
        let lock = Path.join(root, "run/nodewright/slots.lock")
        try? Folder.create(Path.parent(lock))
        control = GRUBBootControl(place.path, offset: place.offset, lock: lock)
    }

    /// What the boot loader knows now.
    ///
    /// - Throws: `.device` when the EFI system partition is damaged
    public func read() throws -> BootControlState {
        var read = try control.read()
        // A stick has nothing to choose and nothing to count.
        if !disk.hasTwoSlots { read.problems = [] }
        return read
    }

    /// The slots that the disk has room for.
    public var all: [Slot] { disk.hasTwoSlots ? Slot.allCases : [.a] }

    /// Makes a slot the next to be started.
    ///
    /// - Parameter tries: trial starts; nil to trust a slot that is good
    /// - Throws: `.incompatible` when nothing is in it, or when it would be on trial and no other slot could end that;
    ///   `.nothingToDo` when it is next already
    public func activate(_ slot: Slot, tries: Int?, reason: String? = nil) throws {
        try expectTwoSlots()
        let now = try read()
        try expectStartable(slot, now)
        if let state = now.state, now.problems.isEmpty {
            var wanted = state
            wanted.activate(slot, tries: tries)
            if wanted == state { throw Failure(.nothingToDo, "slot \(slot.name) is the next to be started already") }
        }
        if tries != nil || !isGood(slot, now) { try expectWayBack(from: slot, now) }
        try control.change(running: running) { $0.activate(slot, tries: tries) }
        note(slot, "activated", reason: reason)
    }

    /// Makes the slot that does not run the next to be started, when it is known to be good.
    ///
    /// - Returns: that slot
    /// - Throws: `.incompatible` when it is empty or not good, `.nothingToDo` when it is next already
    @discardableResult
    public func rollBack() throws -> Slot {
        try expectTwoSlots()
        let target = running.other
        let now = try read()
        try expectStartable(target, now)
        guard isGood(target, now) else {
            throw Failure(
                .incompatible, "slot \(target.name) is not known to start",
                hint: "to try it all the same: nodectl slots activate \(target.name) --tries 1")
        }
        try activate(target, tries: nil, reason: "rollback from slot \(running.name)")
        return target
    }

    /// Notes that a slot is healthy.
    ///
    /// - Throws: `.incompatible` when nothing is in it
    public func markGood(_ slot: Slot) throws {
        try expectTwoSlots()
        let now = try read()
        try expectStartable(slot, now)
        try control.change(running: running) { $0.markGood(slot) }
        if slot == running { endTrial() }
        if now.state?[slot].isGood != true { note(slot, "good") }
    }

    /// Takes a slot out of the choice as long as the other one can start.
    ///
    /// - Throws: `.incompatible` when the other one is empty or not known to be good
    public func markBad(_ slot: Slot, reason: String?) throws {
        try expectTwoSlots()
        try expectStartable(slot.other, try read())
        try control.change(running: running) { try $0.markBad(slot) }
        note(slot, "bad", reason: reason)
    }

    /// Reads a slot's whole root file system through its hash tree, and looks for kernel and initramfs.
    ///
    /// - Returns: bytes of the root file system
    /// - Throws: `.incompatible` when nothing is in the slot, `.signature` when it is not what was installed
    public func verify(_ slot: Slot, progress: ProgressSink = silent) throws -> Int {
        guard all.contains(slot) else { throw noSuchSlot(slot) }
        let now = try read()
        try expectStartable(slot, now)
        guard let rootHash = now.entries[slot]?.rootHash else {
            throw Failure(.signature, "the menu entry of slot \(slot.name) names no root hash")
        }
        return try during("slot \(slot.name)") {
            try VerityCheck(data: disk.place(of: slot.root), tree: disk.place(of: slot.verity))
                .run(rootHash: rootHash, progress: progress)
        }
    }

    /// Adds to the history. A state partition that is full or cannot be written changes nothing for the boot loader.
    func note(_ slot: Slot, _ what: String, reason: String? = nil) {
        do { try history.add(slot.rawValue, what, reason: reason) } catch {
            warn("the history of the slots is not kept: \((error as? Failure)?.message ?? "\(error)")")
        }
    }

    /// Of destroyed counters only so much is known: the slot that runs has started.
    private func isGood(_ slot: Slot, _ now: BootControlState) -> Bool { now.state?[slot].isGood ?? (slot == running) }

    private func expectWayBack(from slot: Slot, _ now: BootControlState) throws {
        let other = slot.other
        if isGood(other, now), now.startable.contains(other) { return }
        throw Failure(
            .incompatible, "slot \(slot.name) cannot be tried: slot \(other.name) is not known to start",
            hint: "nothing would end a trial that fails; \"nodectl slots mark-good\" trusts a slot")
    }

    func expectTwoSlots() throws { if !disk.hasTwoSlots { throw noSuchSlot(.b) } }

    private func noSuchSlot(_ slot: Slot) -> Failure {
        Failure(
            .incompatible, "this disk has one slot: there is no slot \(slot.name)",
            hint: "a stick is upgraded by writing it anew; \"nodectl install\" puts two slots on a disk")
    }

    private func expectStartable(_ slot: Slot, _ state: BootControlState) throws {
        if state.startable.contains(slot) { return }
        throw Failure(
            .incompatible,
            state.entries[slot] == nil
                ? "slot \(slot.name) is empty" : "slot \(slot.name) lacks its kernel or its initramfs",
            hint: "an upgrade or an installation fills it")
    }
}
