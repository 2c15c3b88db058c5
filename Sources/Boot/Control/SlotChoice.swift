public import Disks

/// Which slot GRUB starts, and what it counts: the offline model of the script in `DiskMenu`.
///
/// Tests hold the two against each other, with real GRUB.
public struct SlotChoice: Hashable, Sendable {
    /// The slot that starts by itself; nil when none has its files.
    public let slot: Slot?
    /// The slot that GRUB tries when the first one's kernel or initramfs cannot be loaded.
    public let fallback: Slot?
    /// The counters as GRUB leaves them behind; nil when it cannot count, because neither copy is whole.
    public let counted: BootState?

    /// The choice for two copies as they lie on the disk.
    ///
    /// - Parameters:
    ///   - copies: the content of both; nil for one that cannot be read
    ///   - startable: the slots that have a menu entry, a kernel and an initramfs
    public init(copies: [[UInt8]?], startable: Set<Slot>) {
        self.init(state: EnvironmentBlock.newest(of: copies)?.state, startable: startable)
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
