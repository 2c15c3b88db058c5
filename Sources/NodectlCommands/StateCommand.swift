import ArgumentParser
import Document
import Host
import Node

/// `nodectl state`
struct StateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state", abstract: "Show, repair or empty the partition that outlasts restarts.",
        discussion: """
            Example: nodectl state repair

            A node whose state partition is missing, damaged or full starts all the same, and says so on its consoles.

            "repair" runs e2fsck; what cannot be saved is lost. "reset" keeps nothing: configuration of both slots, machine id, \
            host keys of SSH, registration, logs, and guests below /var; the next start is like the first one. Both are done \
            at once where memory stands in the place of the partition. Where it is in use, the next start does it.

            Exit status: 2 or 3 nobody has confirmed a reset, 7 it cannot be repaired, 9 this system does not run from a disk.
            """)

    enum Action: String, ExpressibleByArgument, CaseIterable { case show, repair, reset }

    @Argument(help: "What to do.")
    var action = Action.show
    @Flag(help: "Do not ask before a reset.")
    var yes = false
    @OptionGroup var options: SlotOptions

    func run() throws {
        let node = options.node
        let care = try StateCare(root: node.root, commandLine: node.commandLine(), disk: options.disk)
        switch action {
        case .show:
            let report = care.report
            try Output.result(options.json ? JSON.text(report.json, pretty: true) : report.text)
        case .repair:
            let isDone = try care.repair()
            try answer(isDone, isDone ? "is whole" : "is in use: the next start repairs it")
        case .reset:
            if !yes { try confirm() }
            let isDone = try care.reset()
            try answer(isDone, isDone ? "is empty" : "is in use: the next start empties it")
        }
    }

    private func answer(_ isDone: Bool, _ text: String) throws {
        let object: JSONValue = ["action": .string(action.rawValue), "done": .bool(isDone)]
        let words = "The state partition \(text)." + (isDone ? " The next start uses it." : "")
        try options.answer(words + "\n", object)
    }

    private func confirm() throws {
        let answer = try Question.ask(
            "Everything that this node has kept is lost. Type \"reset\" to go on: ",
            nobody: Failure(.invalidInput, "nobody is there who could confirm this", hint: "add --yes"))
        guard answer == "reset" else { throw Failure(.nothingToDo, "nothing was changed") }
    }
}
