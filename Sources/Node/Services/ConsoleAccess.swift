import Host
import NodeConfig

/// What may be done at the console.
struct ConsoleAccess: FileSettings {
    private static let lock = "etc/nodewright/console-is-locked"
    /// Those that logind starts beside the one with the status screen.
    private static let others = ["getty@tty[2-9].service", "getty@tty[1-6][0-9].service"]

    private let console: ConsoleSettings

    init(_ configuration: NodeConfiguration) { console = configuration.console }

    /// Whether logging in at the console is switched off now.
    static func isLocked(root: String = "/") -> Bool { File.exists(Path.join(root, lock)) }

    /// Whether the menu may be opened there: with everything locked it may not, without a shell it may.
    static func hasMenu(root: String = "/") -> Bool {
        let path = Path.join(root, lock)
        guard File.exists(path) else { return true }
        return (try? File.readText(path, limit: 4096))?.contains(menu) == true
    }

    private static let menu = "menu\n"

    var name: String { "console" }

    var wanted: String {
        let logout = console.idleLogout.map { $0 == 0 ? "never" : "after \($0) idle seconds" } ?? "as the image says"
        return isLocked ? "no login" : "a login ends \(logout)"
    }

    // Who is logged in on a terminal beside the status screen is logged out; on the screen's own, the session ends by itself.
    var commands: [[String]] { isLocked ? [["stop"] + Self.others] : [] }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        // Bash's own: the seconds that it waits for a command.
        let script = console.idleLogout.map { seconds in
            seconds == 0
                ? "# A login ends when somebody ends it.\n"
                : "case $(tty) in /dev/pts/*) ;; /dev/*) TMOUT=\(seconds); readonly TMOUT ;; esac\n"
        }
        return [
            .text(
                Self.lock,
                isLocked ? "# nodectl console reads this.\n" + (console.lockDown == true ? "" : Self.menu) : nil),
            .mask("autovt@.service", if: isLocked),
            .text("etc/profile.d/nodewright-console.sh", script),
        ]
    }

    private var isLocked: Bool { console.isLocked }
}
