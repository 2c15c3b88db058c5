import Glibc
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

    /// Seconds between two looks at the node.
    static let interval = 2.0

    private let terminal: ConsoleTerminal
    private let look: () -> NodeStatus
    private let holder: () -> String?

    /// A console.
    ///
    /// - Parameters:
    ///   - holder: the terminal on which the wizard runs; nil when it runs nowhere
    ///   - look: reads the status
    public init(
        _ terminal: ConsoleTerminal, setupOn holder: @escaping () -> String? = { nil }, look: @escaping () -> NodeStatus
    ) {
        self.terminal = terminal
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
        while true {
            let screen = StatusScreen(look(), setupOn: holder())
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
            case .enter:
                let status = look()
                if status.offersSetup {
                    if holder() == nil { return .setup }
                } else if status.acceptsLogin {
                    return .login
                }
            case .menu: if look().hasMenu { return .menu }
            case .login: if look().acceptsLogin { return .login }
            case .hangup: return .hangup
            case .redraw:
                shown = nil
                pacing = PrintPacing(isPaper: !terminal.isVirtual)
            case .nothing: continue
            }
        }
    }
}
