public import Disks
import Host

/// What userspace does to the counters. Whoever activates a slot has looked whether another one could end its trial.
extension BootState {
    /// Makes a slot the first, to be started next.
    ///
    /// - Parameter tries: trial starts until it must have become healthy, 1 to 9; nil to trust a good slot without a trial, and
    ///   to give any other the usual number
    public mutating func activate(_ slot: Slot, tries: Int?) {
        first = slot
        if let tries {
            self[slot] = Counters(isGood: false, triesLeft: max(tries, 1))
        } else {
            let isGood = self[slot].isGood
            self[slot] = Counters(isGood: isGood, triesLeft: isGood ? 0 : Self.defaultTries)
        }
    }

    /// Makes a slot one that is not started before it is activated again: it is about to be written.
    ///
    /// - Parameter running: the slot that runs, and that is the first from now on
    public mutating func clear(_ slot: Slot, running: Slot) {
        self[slot] = Counters(isGood: false)
        first = running
    }

    /// Notes that a slot has become healthy.
    public mutating func markGood(_ slot: Slot) { self[slot] = Counters(isGood: true) }

    /// Takes a slot out of the choice as long as the other one can start.
    ///
    /// - Throws: `.incompatible` when the other one is not known to be good
    public mutating func markBad(_ slot: Slot) throws {
        guard self[slot.other].isGood else {
            throw Failure(
                .incompatible,
                "slot \(slot.name) stays as it is: slot \(slot.other.name) is not known to start",
                hint: "mark slot \(slot.other.name) good first, if it is")
        }
        self[slot] = Counters(isGood: false)
        first = slot.other
    }
}

extension Slot {
    /// As people write it: `A` or `B`.
    public var name: String { rawValue.uppercased() }
}
