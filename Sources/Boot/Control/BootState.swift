public import Disks

/// What decides which slot of a disk starts: their order, and a few digits that GRUB and userspace count with.
///
/// Nothing here can exclude the last slot for good: `choice` always finds one as long as one has its files.
public struct BootState: Hashable, Sendable {
    /// What is counted for one slot.
    public struct Counters: Hashable, Sendable {
        /// Whether the slot has been healthy since it was written.
        public var isGood: Bool
        /// Trial starts that are left, 0 to 9; used only while the slot is not good.
        public var triesLeft: Int
        /// Starts of a good slot that have not become healthy, 0 to 9, since the last that has.
        public var failures: Int

        /// Counters; digits outside of 0 to 9 become the nearest.
        public init(isGood: Bool, triesLeft: Int = 0, failures: Int = 0) {
            self.isGood = isGood
            self.triesLeft = min(max(triesLeft, 0), 9)
            self.failures = min(max(failures, 0), 9)
        }
    }

    /// How a slot ranks when one is to be started.
    public enum Rank: String, Hashable, Sendable, CaseIterable {
        /// Good, or on trial with tries left.
        case ready
        /// Good once, but its last starts did not become healthy.
        case failing
        /// Never good, and no tries left.
        case spent
        /// A file is missing: it cannot be started at all.
        case missing
    }

    /// A good slot whose starts have failed so often in a row is passed over while there is another one.
    public static let failureLimit = 5
    /// Trial starts of a slot that has just been written.
    public static let defaultTries = 3
    /// Ten digits and below 2^31: GRUB for BIOS compares numbers of 32 bits, and takes a leading 0 for octal.
    static let sequences = 1_000_000_000...1_999_999_999

    /// Grows by one with each change that userspace makes, so that the newer of two copies is known.
    public var sequence: Int
    /// The slot that is tried first.
    public var first: Slot
    /// What is counted for slot A.
    public var a: Counters
    /// What is counted for slot B.
    public var b: Counters

    /// A state of these parts.
    public init(sequence: Int = 1_000_000_001, first: Slot, a: Counters, b: Counters) {
        self.sequence = sequence
        self.first = first
        self.a = a
        self.b = b
    }

    /// That of a disk on which one slot was just installed, whose content has been verified.
    public static func installed(_ slot: Slot = .a) -> BootState { only(good: slot) }

    /// That of a node whose copies are both destroyed, and which runs from this slot.
    static func only(good slot: Slot) -> BootState {
        BootState(first: slot, a: Counters(isGood: slot == .a), b: Counters(isGood: slot == .b))
    }

    /// What is counted for a slot.
    public subscript(slot: Slot) -> Counters {
        get { slot == .a ? a : b }
        set { if slot == .a { a = newValue } else { b = newValue } }
    }

    /// The slots in the order in which they are tried.
    public var order: [Slot] { [first, first.other] }

    /// How a slot ranks.
    ///
    /// - Parameter startable: the slots that have a menu entry, a kernel and an initramfs
    public func rank(_ slot: Slot, startable: Set<Slot>) -> Rank {
        guard startable.contains(slot) else { return .missing }
        let counters = self[slot]
        if counters.isGood { return counters.failures < Self.failureLimit ? .ready : .failing }
        return counters.triesLeft > 0 ? .ready : .spent
    }
}

extension Slot {
    /// The one of the two that this is not.
    public var other: Slot { self == .a ? .b : .a }
}
