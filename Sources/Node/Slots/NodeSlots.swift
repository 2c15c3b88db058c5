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
    private let disk: RunningDisk
    private let control: any BootControl

    /// The slots of this node.
    ///
    /// - Parameters:
    ///   - root: `/`, or a fixture
    ///   - disk: an image file or disk to take in place of the one that this node was started from
    /// - Throws: `.incompatible` on a live system, `.device` when the disk is gone or has no EFI system partition
    public init(root: String = "/", commandLine: KernelCommandLine, disk path: String? = nil) throws {
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
    /// - Throws: `.incompatible` when nothing is in it, `.nothingToDo` when it is next already
    public func activate(_ slot: Slot, tries: Int?, reason: String? = nil) throws {
        try expectTwoSlots()
        let now = try read()
        try expectStartable(slot, now)
        if let state = now.state, now.problems.isEmpty {
            var wanted = state
            wanted.activate(slot, tries: tries)
            if wanted == state { throw Failure(.nothingToDo, "slot \(slot.name) is the next to be started already") }
        }
        try control.change(running: running) { $0.activate(slot, tries: tries) }
        try history.add(slot.rawValue, "activated", reason: reason)
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
        guard now.state?[target].isGood == true else {
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
        let wasGood = now.state?[slot].isGood == true
        try control.change(running: running) { $0.markGood(slot) }
        // Each start of a good slot ends with this.
        if !wasGood { try history.add(slot.rawValue, "good") }
    }

    /// Notes that the slot that runs is healthy. It becomes the first when what was the first has not been able to start.
    func bless() throws {
        guard disk.hasTwoSlots else { return }
        let before = try read()
        let left = running.other
        let hasFallenBack =
            before.state.map { $0.first == left && $0.rank(left, startable: before.startable) != .ready } ?? false
        let wasGood = before.state?[running].isGood == true
        try control.change(running: running) {
            $0.markGood(running)
            if hasFallenBack { $0.first = running }
        }
        if !wasGood { try history.add(running.rawValue, "good") }
        if hasFallenBack {
            try history.add(running.rawValue, "took over", reason: "slot \(left.name) did not become healthy")
        }
    }

    /// Keeps why a start has failed.
    ///
    /// - Parameter isLast: whether no tries are left: then the other slot becomes the first, when it is good
    func noteFailure(_ reason: String, isLast: Bool) throws {
        // A state partition that is full must not keep a node from falling back.
        let noted = Result { try history.add(running.rawValue, "failed", reason: reason) }
        if disk.hasTwoSlots, isLast {
            try control.change(running: running) { state in
                if state[running.other].isGood { try state.markBad(running) }
            }
        }
        try noted.get()
    }

    /// Takes a slot out of the choice as long as the other one can start.
    ///
    /// - Throws: `.incompatible` when the other one is empty or not known to be good
    public func markBad(_ slot: Slot, reason: String?) throws {
        try expectTwoSlots()
        try expectStartable(slot.other, try read())
        try control.change(running: running) { try $0.markBad(slot) }
        try history.add(slot.rawValue, "bad", reason: reason)
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

    private func expectTwoSlots() throws { if !disk.hasTwoSlots { throw noSuchSlot(.b) } }

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
