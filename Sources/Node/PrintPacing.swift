/// Keeps a serial line readable while something on the node flaps.
///
/// A screen can be drawn over, but what goes down a serial line stays in somebody's log: there the pause after a print
/// doubles with every further one, up to a minute, and starts anew after a minute of quiet.
struct PrintPacing {
    static let shortest = 2.0
    static let longest = 60.0

    private let isPaper: Bool
    private var pause = PrintPacing.shortest
    private var last: Double?

    init(isPaper: Bool) { self.isPaper = isPaper }

    /// Whether to print now.
    ///
    /// - Parameter now: seconds on a clock that never jumps
    mutating func allows(at now: Double) -> Bool {
        if let last, isPaper {
            let quiet = now - last
            if quiet < pause { return false }
            pause = quiet >= Self.longest ? Self.shortest : min(2 * pause, Self.longest)
        }
        last = now
        return true
    }
}
