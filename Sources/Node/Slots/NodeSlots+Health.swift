import Boot
import Disks
import Host

/// What a start of a slot leads to: it is blessed, or it has failed.
extension NodeSlots {
    /// What follows from a start that did not become healthy.
    enum Standing: Hashable {
        /// The slot is good: it stays, because guests may run on it.
        case good
        /// The slot is on trial: a restart tries it again or, when no tries are left, starts the other one.
        case trial(isLast: Bool)
        /// The slot is on trial, no tries are left, and no other slot could be started: a restart would only come back here.
        case alone

        /// - Parameters:
        ///   - known: nil when the EFI system partition cannot be read
        ///   - isTrial: whether GRUB has called this start a trial
        init(of slot: Slot, _ known: BootControlState?, isTrial: Bool) {
            guard let known, let state = known.state else {
                self = isTrial ? .trial(isLast: false) : .good
                return
            }
            if state[slot].isGood {
                self = .good
            } else if state[slot].triesLeft > 0, known.startable.contains(slot) {
                self = .trial(isLast: false)
            } else {
                let other = state.rank(slot.other, startable: known.startable)
                self = [.ready, .failing].contains(other) ? .trial(isLast: true) : .alone
            }
        }
    }

    /// How the slot that runs stands.
    var standing: Standing { Standing(of: running, try? read(), isTrial: isTrial) }

    /// Notes that the slot that runs is healthy. It becomes the first when what was the first has not been able to start.
    func bless() throws {
        guard disk.hasTwoSlots else { return endTrial() }
        let before = try read()
        let left = running.other
        let hasFallenBack =
            before.state.map { $0.first == left && $0.rank(left, startable: before.startable) != .ready } ?? false
        let wasGood = before.state?[running].isGood == true
        try control.change(running: running) {
            $0.markGood(running)
            if hasFallenBack { $0.first = running }
        }
        endTrial()
        // Each start of a good slot ends with this.
        if !wasGood { note(running, "good") }
        if hasFallenBack { note(running, "took over", reason: "slot \(left.name) did not become healthy") }
    }

    /// Keeps why a start has failed.
    ///
    /// - Parameter isLast: whether no tries are left: then the other slot becomes the first, when it is good and can start
    func noteFailure(_ reason: String, isLast: Bool) throws {
        note(running, "failed", reason: reason)
        guard disk.hasTwoSlots, isLast, try read().startable.contains(running.other) else { return }
        try control.change(running: running) { state in
            if state[running.other].isGood { try state.markBad(running) }
        }
    }

    /// Tells nodewright-trial.service that this start is decided.
    func endTrial() { try? File.write(Path.join(root, "run/nodewright/trial-over"), "") }
}
