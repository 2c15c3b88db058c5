public import Disks

/// Which slot GRUB starts, and what it counts: the offline model of the script in `DiskMenu`.
///
/// Tests hold the two against each other, with real GRUB.
public struct SlotChoice: Hashable, Sendable {
    /// The slot that starts by itself; nil when none has its files.
    public private(set) var slot: Slot?
    /// The slot that GRUB tries when the first one's kernel or initramfs cannot be loaded.
    public private(set) var fallback: Slot?
    /// The counters as GRUB leaves them behind; nil when it cannot count, because neither copy is whole.
    public private(set) var counted: BootState?

    /// The choice for two copies as they lie on the disk.
    ///
    /// - Parameters:
    ///   - copies: the content of both; nil for one that cannot be read
    ///   - startable: the slots that have a menu entry, a kernel and an initramfs
    ///   - writable: the indices of the copies that the disk lets GRUB write
    public init(copies: [[UInt8]?], startable: Set<Slot>, writable: Set<Int> = [0, 1]) {
        let newest = EnvironmentBlock.newest(of: copies)
        self.init(state: newest?.state, startable: startable)
        // The copy that counts at the next start: the first when both have the same number, or the newer second.
        let isNoted = writable.contains(0) || newest?.index == 1 && writable.contains(1)
        guard !isNoted, let state = newest?.state, let slot else { return }
        counted = state
        // A trial that is not noted would be repeated for ever.
        guard !state[slot].isGood, state[slot.other].isGood, startable.contains(slot.other) else { return }
        self.slot = slot.other
        fallback = nil
    }

    /// The choice for a state; nil when neither copy is whole: then slot A comes first, and nothing is counted.
    public init(state: BootState?, startable: Set<Slot>) {
        let known = state ?? BootState(first: .a, a: .init(isGood: true), b: .init(isGood: true))
        let ranks: [BootState.Rank] = [.ready, .failing, .spent]
        let slot = ranks.lazy.compactMap { rank in
            known.order.first { known.rank($0, startable: startable) == rank }
        }.first
        self.slot = slot
        fallback = slot.flatMap { startable.contains($0.other) ? $0.other : nil }
        counted = state.map { state in slot.map { state.counting(start: $0) } ?? state }
    }
}

extension BootState {
    /// The state after GRUB has noted a start of the slot.
    public func counting(start slot: Slot) -> BootState {
        var state = self
        var counters = self[slot]
        if counters.isGood {
            counters.failures = min(counters.failures + 1, 9)
        } else {
            counters.triesLeft = max(counters.triesLeft - 1, 0)
        }
        state[slot] = counters
        return state
    }
}
