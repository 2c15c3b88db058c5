import ArgumentParser
import Boot
import Document
import Glibc
import Host
import Node
import NodeConfig

/// `nodectl upgrade apply`
struct UpgradeApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Put a new version into the other slot, and start it next.",
        discussion: """
            Example: nodectl upgrade apply /dev/sr0

            Nothing restarts by itself: the status is 10 then. --reboot restarts at once, and guests are shut down with the \
            node; --reboot-when-idle waits until no guest runs.
            --engine answers as an oVirt Engine expects it of a node that it upgrades: one element BSTRAP a line.
            Exit status: as "nodectl upgrade".
            """)

    @Argument(
        help: ArgumentHelp(
            "An ISO, a drive with a disc, or an update folder, in place of the repository.", valueName: "source"))
    var source: String?
    @Flag(help: "Take an older version, too.")
    var allowDowngrade = false
    @Flag(help: "Write the version that runs into the other slot, too.")
    var again = false
    @Option(help: ArgumentHelp("How often the new version may try to become healthy, 1 to 9.", valueName: "number"))
    var tries = BootState.defaultTries
    @Flag(help: "Restart at once, although guests run.")
    var reboot = false
    @Flag(help: "Restart as soon as no guest runs.")
    var rebootWhenIdle = false
    @Flag(help: "Carry out what the configuration says about restarts; what the timer does.")
    var scheduled = false
    @Flag(help: "Answer in the lines that an oVirt Engine reads.")
    var engine = false
    @OptionGroup var options: UpgradeOptions

    func validate() throws {
        guard (1...9).contains(tries) else { throw ValidationError("--tries is a number from 1 to 9.") }
        guard [reboot, rebootWhenIdle, scheduled].count(where: { $0 }) < 2 else {
            throw ValidationError("One of --reboot, --reboot-when-idle and --scheduled is enough.")
        }
        guard !(engine && options.slots.json) else { throw ValidationError("--engine and --json exclude each other.") }
    }

    func run() throws {
        let work = UpgradeWork(
            options, source: source, allowsDowngrade: allowDowngrade, allowsSame: again, retriesFailed: !scheduled)
        let answer = engine ? EngineAnswer() : nil
        do {
            try work.run(tries: tries, activates: true, engine: answer)
            try restart()
            answer?.end(nil)
        } catch let failure as Failure where failure.status == .rebootRequired && answer != nil {
            // The engine restarts the node itself.
            answer?.end(nil)
        } catch {
            // Whatever it is: an engine waits for the last line.
            answer?.end(error as? Failure ?? Failure(.internalError, "\(error)"))
            throw error
        }
    }

    private func restart() throws {
        let wish: UpgradeSettings.Restart =
            scheduled ? try options.chosen().restart ?? .never : rebootWhenIdle ? .idle : reboot ? .always : .never
        switch wish {
        case .never:
            throw Failure(
                .rebootRequired, "the new version is ready and starts at the next restart",
                hint: "\"systemctl reboot\" restarts this node; \"nodectl upgrade cancel\" takes the new version back")
        case .idle:
            try IdleWait(
                options.slots.slots(), isCancelled: { UpgradeSignals.isCancelled },
                tell: { Output.error("nodectl: " + $0) }, pause: { sleep(1) }
            ).run()
        case .always: break
        }
        try Command("systemctl", ["--no-block", "reboot"]).run().check()
    }
}

/// The lines by which an oVirt Engine follows the upgrade of a node (ovirt-node-plugin-vdsm, vdsm-upgrade).
struct EngineAnswer {
    /// One step.
    func say(_ component: String, isDone: Bool, _ message: String?) {
        let text = message.map { " message=\"\(Self.escaped($0))\"" } ?? ""
        try? Output.result("<BSTRAP component=\"\(component)\" status=\"\(isDone ? "OK" : "FAIL")\"\(text)/>\n")
    }

    /// The end: the upgrade as such, and the whole.
    func end(_ failure: Failure?) {
        say("ovirt-node-upgrade", isDone: failure == nil, failure?.message ?? "the new version is ready")
        say("RHEV_INSTALL", isDone: failure == nil, nil)
    }

    private static func escaped(_ text: String) -> String {
        PlainText.printable(text, limit: 1000).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
