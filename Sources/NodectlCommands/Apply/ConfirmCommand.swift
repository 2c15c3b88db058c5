import ArgumentParser
import Host
import Node

/// `nodectl confirm`
struct ConfirmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Keep the change of the network that waits, or take it back.",
        discussion: """
            Example: nodectl confirm

            To be run in an SSH connection that was made after the change, which shows that the node can be reached, or on \
            the console. The configuration is stored now, and not before.

            Exit status: 2 in an SSH connection that is older than the change, or in tmux or screen, 3 when no change waits.
            """)

    @Flag(help: "Go back to the network as it was before the change.")
    var revert = false

    func run() throws {
        if revert {
            try NetworkChange().revert()
            return Output.error("nodectl: the network is as before")
        }
        if let begun = NetworkChange.begun(), let connected = LoginSession.sshStart(), connected < begun {
            throw Failure(
                .invalidInput, "this SSH connection is older than the change, and shows nothing of the new network",
                hint: "connect anew, then run \"nodectl confirm\"")
        }
        if LoginSession.sshStart() == nil, LoginSession.isOnPseudoTerminal() {
            throw Failure(
                .invalidInput,
                "this terminal outlasts connections (tmux, screen), and shows nothing of the new network",
                hint: "make an SSH connection, then run \"nodectl confirm\" outside of it")
        }
        try ConfigurationApplication.confirm(store: .node)
        Output.error("nodectl: the change is kept and stored")
    }
}
