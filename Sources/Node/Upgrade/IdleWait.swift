import Boot
import Disks
import Host

/// Waits until no guest runs on this node, so that it can be restarted into the new version.
public struct IdleWait {
    /// The guests that run; nil while that is not known.
    let guests: () -> RunningGuests?
    /// Whether the new version is still the next to be started.
    let isWanted: () -> Bool
    /// Whether nobody wants to wait any more.
    let isCancelled: () -> Bool
    let tell: (String) -> Void
    /// Lets a second pass.
    let pause: () -> Void

    /// Waits for the guests of this node.
    ///
    /// - Parameters:
    ///   - isCancelled: asked every second
    ///   - tell: hears for whom it waits, once for each change
    public init(
        _ slots: NodeSlots, isCancelled: @escaping () -> Bool, tell: @escaping (String) -> Void,
        pause: @escaping () -> Void
    ) {
        self.init(
            // Without libvirt there are no guests; one that does not answer may have some.
            guests: {
                RunningGuests.read() ?? (File.exists(RunningGuests.folder) ? nil : RunningGuests(names: []))
            }, isWanted: { (try? slots.read().choice.slot == slots.running.other) ?? true }, isCancelled: isCancelled,
            tell: tell, pause: pause)
    }

    init(
        guests: @escaping () -> RunningGuests?, isWanted: @escaping () -> Bool, isCancelled: @escaping () -> Bool,
        tell: @escaping (String) -> Void, pause: @escaping () -> Void
    ) {
        self.guests = guests
        self.isWanted = isWanted
        self.isCancelled = isCancelled
        self.tell = tell
        self.pause = pause
    }

    /// Returns once no guest runs.
    ///
    /// - Throws: `.nothingToDo` when the new version was taken back meanwhile, `.rebootRequired` when it was cancelled
    public func run() throws {
        var told = ""
        while true {
            guard isWanted() else { throw Failure(.nothingToDo, "the new version was taken back while guests ran") }
            let guests = guests()
            if let guests, guests.names.isEmpty { return }
            let text = guests.map(Self.sentence) ?? "waiting: libvirt does not answer, and guests may run"
            if text != told { tell(text) }
            told = text
            for _ in 0..<10 {
                if isCancelled() {
                    throw Failure(
                        .rebootRequired, "nobody waits for the guests any more; the new version is ready",
                        hint: "it starts at the next restart")
                }
                pause()
            }
        }
    }

    private static func sentence(_ guests: RunningGuests) -> String {
        let count = guests.names.count
        let names = guests.names.prefix(10).joined(separator: ", ") + (count > 10 ? ", .." : "")
        return "waiting for \(count) guest\(count == 1 ? "" : "s"): \(PlainText.printable(names, limit: 1000))"
    }
}
