import Host

/// The status screen on one terminal, until somebody wants to log in.
public struct StatusConsole {
    /// Why the screen ended.
    public enum End: Sendable {
        /// Somebody wants to log in.
        case login
        /// Somebody wants the wizard.
        case setup
        /// Somebody wants the menu.
        case menu
        /// The terminal is gone.
        case hangup
    }

    /// Seconds between two looks at the node while things happen, and between two while nobody tells what happens.
    static let pause = 2.0
    /// Seconds between two looks at a node on which nothing happens; the load is an average over as many.
    static let calm = 60.0

    private let terminal: ConsoleTerminal
    private let watch: NodeWatch?
    private let look: () -> NodeStatus
    private let holder: () -> String?

    /// A console.
    ///
    /// - Parameters:
    ///   - watch: tells when to look again; without it the node is looked at every two seconds
    ///   - holder: the terminal on which the wizard runs; nil when it runs nowhere
    ///   - look: reads the status
    public init(
        _ terminal: ConsoleTerminal, watch: NodeWatch? = nil, setupOn holder: @escaping () -> String? = { nil },
        look: @escaping () -> NodeStatus
    ) {
        self.terminal = terminal
        self.watch = watch
        self.holder = holder
        self.look = look
    }

    /// Shows the screen, and again whenever it has changed.
    ///
    /// - Throws: when the terminal cannot be written
    public func run() throws -> End {
        var shown: StatusScreen?
        var told: [String] = []
        var pacing = PrintPacing(isPaper: !terminal.isVirtual)
        var status = look()
        var looked = monotonicSeconds()
        watch?.hasLooked()
        while true {
            let screen = StatusScreen(status, size: terminal.size, setupOn: holder())
            let isOther = terminal.isVirtual ? screen != shown : screen.rest != shown?.rest
            var isPending = false
            if isOther, pacing.allows(at: monotonicSeconds()) {
                try terminal.show(screen.lines)
                shown = screen
                told = screen.configuration
            } else if shown != nil, screen.configuration != told, !terminal.isVirtual {
                // At once and alone: whoever reads a serial line's log wants to know what happened when.
                for line in screen.configuration { try terminal.say(line) }
                told = screen.configuration
            } else {
                isPending = isOther
            }
            let calm = isPending || watch?.isComplete != true ? Self.pause : Self.calm
            var next = looked + calm
            waiting: while true {
                let now = monotonicSeconds()
                if now >= next { break }
                switch terminal.key(within: next - now, or: watch) {
                // Asked anew: it may have been switched off a moment ago.
                case .enter:
                    let status = look()
                    if status.offersSetup {
                        if holder() == nil { return .setup }
                    } else if status.acceptsLogin {
                        return .login
                    }
                    break waiting
                case .menu:
                    if look().hasMenu { return .menu }
                case .login:
                    if look().acceptsLogin { return .login }
                case .hangup: return .hangup
                case .redraw:
                    shown = nil
                    pacing = PrintPacing(isPaper: !terminal.isVirtual)
                    next = now
                // Things happen together: a moment later there is more to see.
                case .event: next = min(next, max(looked + Self.pause, now + 0.2))
                case .nothing: continue
                }
            }
            watch?.renew()
            status = look()
            looked = monotonicSeconds()
            watch?.hasLooked()
        }
    }
}
