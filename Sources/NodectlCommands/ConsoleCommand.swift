import ArgumentParser
import Host
import Node

/// `nodectl console`
struct ConsoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "Show the status screen on this terminal; Enter logs in.",
        discussion: """
            Example: nodectl console

            What the getty units of tty1 and of the serial consoles run. The screen is shown again when something on it has \
            changed. Enter starts agetty in its place.
            """)

    @OptionGroup var node: NodeOptions

    func run() throws {
        let reader = ServiceReader()
        let terminal = ConsoleTerminal()
        let console = Console(terminal) { node.status(reader) }
        while case .login = try console.run() {
            guard let login = Login.command(isVirtual: terminal.isVirtual) else {
                try terminal.say(" Logging in is not possible here: agetty is not installed.")
                continue
            }
            terminal.release()
            try Login.start(login)
        }
    }
}
