public import Disks

/// How a node tells its boot loader which slot to start. GRUB is behind it today; a loader that counts by file names fits too.
public protocol BootControl {
    /// What the loader will do at the next start.
    ///
    /// - Throws: when its state cannot be read at all; a state that is destroyed is no error
    func read() throws -> BootControlState

    /// Changes what the loader counts, so that a power cut leaves the old state or the new.
    ///
    /// - Parameters:
    ///   - running: the slot that runs now: the only one that is known to start, when the state is destroyed
    ///   - change: gets the state of now
    /// - Returns: the new state
    @discardableResult func change(running: Slot, _ change: (inout BootState) throws -> Void) throws -> BootState
}

/// What a boot loader knows.
public struct BootControlState: Hashable, Sendable {
    /// The counters; nil when every copy of them is destroyed.
    public var state: BootState?
    /// The slots that have a menu entry, a kernel and an initramfs.
    public var startable: Set<Slot>
    /// What is wrong with copies, in words; empty when all is well.
    public var problems: [String]
    /// The menu entry of each slot that has one.
    public var entries: [Slot: InstalledEntry]

    /// A state of these parts.
    public init(
        state: BootState?, startable: Set<Slot>, problems: [String] = [], entries: [Slot: InstalledEntry] = [:]
    ) {
        self.state = state
        self.startable = startable
        self.problems = problems
        self.entries = entries
    }

    /// What the loader starts next.
    public var choice: SlotChoice { SlotChoice(state: state, startable: startable) }
}
