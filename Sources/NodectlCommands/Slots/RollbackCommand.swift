import ArgumentParser
import Boot
import Disks
import Document
import Host
import Node

/// `nodectl rollback`
struct RollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Go back to the other slot at the next start.",
        discussion: """
            Example: nodectl rollback --now

            The other slot starts with its own copy of the configuration; what was changed on this one since then stays with \
            this one. Going forward again is the same command.
            Exit status: 3 the other slot is the next already, 9 it is empty or not known to be good.
            """)

    @Flag(help: "Restart the node at once.")
    var now = false
    @OptionGroup var options: SlotOptions

    func run() throws {
        let slots = try options.slots()
        let target = slots.running.other
        do { try slots.rollBack() } catch let failure as Failure where failure.status == .nothingToDo && now {}
        let object: JSONValue = ["next": .string(target.rawValue), "restarting": .bool(now)]
        let text = "Slot \(target.name) is started next" + (now ? "; restarting.\n" : ".\n")
        try options.answer(text, object)
        if now { try Command("systemctl", ["reboot"]).run().check() }
    }
}
