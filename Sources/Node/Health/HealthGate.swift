import Boot
import Disks
import Glibc
import Host

/// Waits until a node is healthy and blesses the slot that it runs from; a trial that does not become healthy is ended by a
/// restart, so that its tries are used up and the other slot comes back.
///
/// Whatever stays up is asked again until it is healthy: a switch that is down for an hour must not leave a good slot with a
/// start that counts against it.
public struct HealthGate {
    /// Seconds until a start has failed.
    public static let deadline = 300.0
    /// Why the node is not healthy, below its root, for the consoles; missing while it is, or may still become so.
    static let problemFile = "run/nodewright/health-problem"

    /// What the gate does to the node.
    struct Actions {
        var markGood: () throws -> Void
        /// What follows from a start that has failed.
        var standing: () -> NodeSlots.Standing
        /// With the reason; ends the trial for good when no tries are left.
        var noteFailure: (_ reason: String, _ isLast: Bool) throws -> Void
        /// The start is decided, although nobody has blessed it.
        var stay: () -> Void
        /// Tells the consoles why the node is not healthy; nil when it is.
        var tell: (_ problem: String?) throws -> Void
        /// `boot-complete.target`
        var complete: () throws -> Void
        var restart: () throws -> Void
        var warn: (String) -> Void
        var now: () -> Double = monotonicSeconds
        var pause: (Double) -> Void = { usleep(UInt32($0 * 1e6)) }
    }

    private let required: () -> [HealthCheck]
    private let actions: Actions

    /// The gate of the running node.
    public init(_ checks: HealthChecks, _ slots: NodeSlots) {
        let file = Path.join(slots.root, Self.problemFile)
        self.init(
            required: checks.required,
            Actions(
                markGood: slots.bless, standing: { slots.standing },
                noteFailure: { reason, isLast in try slots.noteFailure(reason, isLast: isLast) },
                stay: slots.endTrial,
                tell: { problem in
                    if let problem { try File.write(file, problem + "\n") } else { try File.remove(file) }
                },
                complete: { _ = try Command("systemctl", ["start", "--no-block", "boot-complete.target"]).run() },
                restart: {
                    // A bus that is broken must not keep the node.
                    if try Command("systemctl", ["reboot"]).run().status != 0 {
                        try Command("systemctl", ["reboot", "--force"]).run().check()
                    }
                }, warn: slots.warn))
    }

    init(required: @escaping () -> [HealthCheck], _ actions: Actions) {
        self.required = required
        self.actions = actions
    }

    /// Asks again and again until all is well. When the time is over, a trial is restarted, and anything else is only told of.
    ///
    /// - Parameters:
    ///   - deadline: seconds
    ///   - once: ends instead of asking again after that
    /// - Throws: `.incompatible` when the node is not healthy in time and is restarted
    public func run(deadline: Double = deadline, once: Bool = false) throws {
        let end = actions.now() + deadline
        var isLate = false
        while let reason = problem() {
            if !isLate, actions.now() >= end {
                isLate = true
                try fail(reason)
                if once { return }
            }
            actions.pause(isLate ? 30 : 5)
        }
        attempt { try actions.tell(nil) }
        try actions.complete()
    }

    /// What keeps the slot from being blessed; nil when it has been.
    private func problem() -> String? {
        let failed = required().filter { $0.problem != nil }
        guard failed.isEmpty else { return failed.map { "\($0.name): \($0.problem ?? "")" }.joined(separator: "; ") }
        do { try actions.markGood() } catch { return "boot loader: \((error as? Failure)?.message ?? "\(error)")" }
        return nil
    }

    private func fail(_ reason: String) throws {
        let standing = actions.standing()
        attempt { try actions.noteFailure(reason, standing == .trial(isLast: true)) }
        if case .trial = standing {
            // Whatever could not be noted: the slot that runs is not the one to stay in.
            attempt(actions.restart)
            throw Failure(
                .incompatible, "this node is not healthy and is restarted: \(reason)",
                hint: "\"nodectl slots mark-good\" ends the trial of a slot that is good all the same")
        }
        actions.stay()
        let end = standing == .alone ? "; it stays up, because no other slot can be started" : ""
        attempt { try actions.tell(reason + end) }
        actions.warn("this node is not healthy: \(reason)\(end)")
    }

    private func attempt(_ body: () throws -> Void) {
        do { try body() } catch { actions.warn((error as? Failure)?.message ?? "\(error)") }
    }
}
