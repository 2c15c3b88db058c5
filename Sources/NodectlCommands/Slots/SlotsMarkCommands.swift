import ArgumentParser
import Boot
import Disks
import Document
import Node

/// `nodectl slots mark-good`
struct SlotsMarkGoodCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark-good", abstract: "Say that a slot is healthy, and end its trial.",
        discussion: """
            Example: nodectl slots mark-good b

            Exit status: 9 the slot is empty.
            """)

    @Argument(help: "The slot: a or b.")
    var slot: SlotArgument
    @OptionGroup var options: SlotOptions

    func run() throws {
        try options.slots().markGood(slot.slot)
        let object: JSONValue = ["slot": .string(slot.slot.rawValue), "good": true]
        try options.answer("Slot \(slot.slot.name) is good.\n", object)
    }
}

/// `nodectl slots mark-bad`
struct SlotsMarkBadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark-bad", abstract: "Say that a slot must not be started while the other one can be.",
        discussion: """
            Example: nodectl slots mark-bad b --reason "no network"

            Exit status: 9 the other slot is empty, or not known to be good.
            """)

    @Argument(help: "The slot: a or b.")
    var slot: SlotArgument
    @Option(help: ArgumentHelp("Why, for \"nodectl slots\".", valueName: "text"))
    var reason: String?
    @OptionGroup var options: SlotOptions

    func run() throws {
        try options.slots().markBad(slot.slot, reason: reason)
        let object: JSONValue = ["slot": .string(slot.slot.rawValue), "good": false]
        let other = slot.slot.other.name
        try options.answer("Slot \(slot.slot.name) is bad; slot \(other) is started next.\n", object)
    }
}
