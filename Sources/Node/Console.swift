import Glibc
import Host

/// The status screen on one terminal, until somebody wants to log in.
public struct Console {
    /// Why the screen ended.
    public enum End: Sendable {
        /// Enter was pressed.
        case login
        /// The terminal is gone.
        case hangup
    }

    /// Seconds between two looks at the node.
    static let interval = 2.0

    private let terminal: ConsoleTerminal
    private let look: () -> NodeStatus

    /// A console.
    ///
    /// - Parameter look: reads the status
    public init(_ terminal: ConsoleTerminal, look: @escaping () -> NodeStatus) {
        self.terminal = terminal
        self.look = look
    }

    /// Shows the screen, and again whenever it has changed.
    ///
    /// - Throws: when the terminal cannot be written
    public func run() throws -> End {
        var shown: StatusScreen?
        var told: [String] = []
        var pacing = PrintPacing(isPaper: !terminal.isVirtual)
        while true {
            let screen = StatusScreen(look())
            let isOther = terminal.isVirtual ? screen != shown : screen.rest != shown?.rest
            if isOther, pacing.allows(at: monotonicSeconds()) {
                try terminal.show(screen.lines)
                shown = screen
                told = screen.configuration
            } else if shown != nil, screen.configuration != told, !terminal.isVirtual {
                // At once and alone: whoever reads a serial line's log wants to know what happened when.
                for line in screen.configuration { try terminal.say(line) }
                told = screen.configuration
            }
            switch terminal.key(within: Self.interval) {
            // Asked anew: it may have been switched off a moment ago.
            case .enter: if look().acceptsLogin { return .login }
            case .hangup: return .hangup
            case .redraw:
                shown = nil
                pacing = PrintPacing(isPaper: !terminal.isVirtual)
            case .nothing: continue
            }
        }
    }
}
