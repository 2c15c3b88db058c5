import Console
import ConsoleSupport
import Document
import Glibc
import Host
import Node
import NodeConfig
import TestSupport
import Testing

/// The administrator's menu, played from recordings.
@Suite(.enabled(if: geteuid() == 0, "the wizard's turn is root's")) struct MenuTests {
    private func run(
        _ answers: String, allowsShell: Bool = true,
        perform: @escaping ([String]) throws -> Command.Result = { _ in
            throw Failure(.internalError, "nothing should be run")
        }
    ) throws -> (end: NodeMenu.End, deeds: [String]) {
        let machine = FakeMachine()
        var known = NodeConfiguration()
        known.hostname = Hostname("before.example.org")
        let configuration = known
        let menu = NodeMenu(
            machine, draft: { SetupDraft(configuration, installs: true) }, guests: { 1 }, allowsShell: allowsShell,
            perform: perform)
        let recorded = try RecordedPresenter(YAML.parse(answers, file: "answers")) { _ in }
        let end = try menu.run(recorded)
        #expect(recorded.unused == [])
        return (end, machine.deeds)
    }

    @Test func aPageOfTheWizardChangesOneThing() throws {
        let run = try run(
            """
            - {page: menu, item: hostname}
            - {page: hostname, hostname: after.example.org}
            - {page: menu, item: network}
            - {page: network, card: eno2}
            - {page: menu, item: engine}
            - {page: engine, action: back}
            - {page: menu, action: close}
            """)
        #expect(run.end == .closed)
        // Nothing is ever installed from the menu.
        #expect(run.deeds == ["apply", "network", "keep", "apply"])
    }

    @Test func aShellOnlyWhereItIsAllowed() throws {
        #expect(try run("- {page: menu, item: shell}").end == .shell)
        #expect(throws: Failure.self) { try run("- {page: menu, item: shell}", allowsShell: false) }
    }

    @Test func diagnosisTakesNoOptions() throws {
        let answers = """
            - {page: menu, item: diagnosis}
            - {page: diagnosis, what: ping}
            - {page: target, target: "-f"}
            """
        #expect(throws: Failure.self) { try run(answers) }
        let end = try run(
            """
            - {page: menu, item: diagnosis}
            - {page: diagnosis, what: names}
            - {page: target, target: localhost}
            - {page: output}
            - {page: diagnosis, action: back}
            - {page: menu, action: close}
            """
        ).end
        #expect(end == .closed)
    }

    /// The last way in stays open.
    @Test func lockDownLeavesAWayIn() throws {
        let run = try run(
            """
            - {page: menu, item: lock-down}
            - {page: lock-down, console: locked}
            - {page: lock-down, console: menu, ssh: "no"}
            - {page: menu, action: close}
            """)
        #expect(run.deeds == ["apply"])
    }

    /// Only the word that is asked for resets the node; then the next start does it.
    @Test func aResetIsTyped() throws {
        var commands: [String] = []
        let answers = """
            - {page: menu, item: reset}
            - {page: reset, name: yes please}
            - {page: reset, name: reset, action: %}
            - {page: menu, action: close}
            """
        let perform = { (words: [String]) in
            commands.append(words.joined(separator: " "))
            return try Command("true").run()
        }
        _ = try run(answers.replacing("%", with: "back"), perform: perform)
        #expect(commands.isEmpty)
        _ = try run(answers.replacing("%", with: "go"), perform: perform)
        #expect(commands == ["nodectl state reset --yes", "systemctl --no-block reboot"])
    }
}
