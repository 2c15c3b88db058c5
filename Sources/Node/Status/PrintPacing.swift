/// Keeps a serial line readable while something on the node flaps.
///
/// A screen can be drawn over, but what goes down a serial line stays in somebody's log: there the pause after a print
/// doubles with every further one, up to a minute, and starts anew after a minute of quiet.
struct PrintPacing {
    static let shortest = 2.0
    static let longest = 60.0

    private let isPaper: Bool
    private var pause = PrintPacing.shortest
    private var printed: Double?
    private var asked: Double?

    init(isPaper: Bool) { self.isPaper = isPaper }

    /// Whether to print now. To be asked whenever there is something to print.
    ///
    /// - Parameter now: seconds on a clock that never jumps
    mutating func allows(at now: Double) -> Bool {
        defer { asked = now }
        guard isPaper else { return true }
        if let asked, now - asked >= Self.longest {
            pause = Self.shortest
            printed = nil
        }
        if let printed {
            if now - printed < pause { return false }
            pause = min(2 * pause, Self.longest)
        }
        printed = now
        return true
    }
}
