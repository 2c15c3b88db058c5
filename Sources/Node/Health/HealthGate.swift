import Boot
import Disks
import Glibc
import Host

/// Waits until a node is healthy and blesses the slot that it runs from; a trial that does not become healthy is ended by a
/// restart, so that its tries are used up and the other slot comes back.
public struct HealthGate {
    /// Seconds until a start has failed.
    public static let deadline = 300.0

    /// What the gate does to the node.
    struct Actions {
        var markGood: () throws -> Void
        /// Whether this slot is on trial, and how many starts are left after this one; nil for a good slot.
        var triesLeft: () throws -> Int?
        /// With the reason; ends the trial for good when no tries are left.
        var noteFailure: (_ reason: String, _ isLast: Bool) throws -> Void
        /// `boot-complete.target`
        var complete: () throws -> Void
        var restart: () throws -> Void
        var now: () -> Double = monotonicSeconds
        var pause: (Double) -> Void = { usleep(UInt32($0 * 1e6)) }
    }

    private let required: () -> [HealthCheck]
    private let actions: Actions

    /// The gate of the running node.
    public init(_ checks: HealthChecks, _ slots: NodeSlots) {
        let slot = slots.running
        self.init(
            required: checks.required,
            Actions(
                markGood: { try slots.bless() },
                triesLeft: {
                    guard let counters = try slots.read().state?[slot], !counters.isGood else { return nil }
                    return counters.triesLeft
                },
                noteFailure: { reason, isLast in try slots.noteFailure(reason, isLast: isLast) },
                complete: { _ = try Command("systemctl", ["start", "--no-block", "boot-complete.target"]).run() },
                restart: { try Command("systemctl", ["reboot"]).run().check() }))
    }

    init(required: @escaping () -> [HealthCheck], _ actions: Actions) {
        self.required = required
        self.actions = actions
    }

    /// Asks again and again until all is well or the time is over.
    ///
    /// - Parameter deadline: seconds
    /// - Throws: `.incompatible` when the node is not healthy in time; a trial is restarted then
    public func run(deadline: Double = deadline) throws {
        let end = actions.now() + deadline
        while true {
            let failed = required().filter { $0.problem != nil }
            if failed.isEmpty { break }
            guard actions.now() < end else {
                let reason = failed.map { "\($0.name): \($0.problem ?? "")" }.joined(separator: "; ")
                return try fail(reason, deadline)
            }
            actions.pause(5)
        }
        try actions.markGood()
        try actions.complete()
    }

    private func fail(_ reason: String, _ deadline: Double) throws {
        let failure = Failure(
            .incompatible, "this node is not healthy after \(Int(deadline)) seconds: \(reason)",
            hint: "\"nodectl health\" asks again; \"nodectl slots mark-good\" overrules it")
        guard let left = try actions.triesLeft() else {
            try actions.noteFailure(reason, false)
            throw failure
        }
        try actions.noteFailure(reason, left == 0)
        try actions.restart()
        throw failure
    }
}
