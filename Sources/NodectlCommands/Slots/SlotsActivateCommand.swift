import ArgumentParser
import Boot
import Disks
import Document
import Node

/// `nodectl slots activate`
struct SlotsActivateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Start a slot from the next restart on.",
        discussion: """
            Example: nodectl slots activate b --tries 3

            A slot that is good is trusted, unless --tries is given. Any other is on trial: when none of its starts becomes \
            healthy, this one comes back by itself.
            Exit status: 3 it is the next already, 9 it is empty, or no other slot is good that could end a trial.
            """)

    @Argument(help: "The slot: a or b.")
    var slot: SlotArgument
    @Option(help: ArgumentHelp("Number of trial starts, 1 to 9.", valueName: "n"))
    var tries: Int?
    @OptionGroup var options: SlotOptions

    func validate() throws {
        if let tries, !(1...9).contains(tries) { throw ValidationError("--tries takes a number from 1 to 9") }
    }

    func run() throws {
        let slots = try options.slots()
        try slots.activate(slot.slot, tries: tries, reason: "nodectl slots activate")
        let state = try slots.read().state
        let left = state?[slot.slot].triesLeft ?? 0
        let trial = left > 0 ? ", on trial for \(left) start\(left == 1 ? "" : "s")" : ""
        let text = "Slot \(slot.slot.name) is started next\(trial).\n"
        let object: JSONValue = ["next": .string(slot.slot.rawValue), "tries-left": .integer(left)]
        try options.answer(text, object)
    }
}
