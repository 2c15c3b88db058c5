import ArgumentParser
import Boot
import Disks
import Document
import Host
import Node
import Updates

/// `nodectl upgrade status`
struct UpgradeStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what runs, what starts next, and what is available.",
        discussion: """
            Example: nodectl upgrade status

            Asks nobody: what is available is what the last "check" has found.
            """)

    @OptionGroup var options: SlotOptions

    func run() throws {
        let running = try RunningRelease(root: options.node.root)
        let slots = try options.slots()
        let now = try slots.read()
        let next = now.choice.slot
        let holder = UpgradeTurn.holder(root: options.node.root)
        let offer = UpgradeNotes(root: options.node.root).offered
        let title = next.flatMap { now.entries[$0]?.title }
        let object: JSONValue = [
            "running": .string(running.version.description), "slot": .string(slots.running.rawValue),
            "next": .optional(next?.rawValue), "nextTitle": .optional(title),
            "available": .optional(offer?.version), "checked": .optional(offer?.time),
            "process": .optional(holder.map { Int($0) }),
        ]
        var text = "Runs       \(running.name) \(running.version) (slot \(slots.running.name))\n"
        if let next, next != slots.running {
            text += "Next       \(PlainText.printable(title ?? "")) (slot \(next.name)), at the next restart\n"
        }
        text += "Available  " + (offer.map { PlainText.printable($0.version) } ?? "nothing that is known") + "\n"
        if let holder { text += "Now        process \(holder) upgrades this node\n" }
        try options.answer(text, object)
    }
}

/// `nodectl upgrade history`
struct UpgradeHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show what has happened to the slots.",
        discussion: "Example: nodectl upgrade history --json")

    @OptionGroup var options: SlotOptions

    func run() throws {
        let events = try options.slots().history.events
        let text = events.map { event in
            let reason = event.reason.map { ": " + $0 } ?? ""
            return PlainText.printable(
                "\(event.date)  slot \(event.slot.uppercased())  \(event.what)\(reason)", limit: 1000) + "\n"
        }.joined()
        try options.answer(text, .array(events.map(\.json)))
    }
}

/// `nodectl upgrade cancel`
struct UpgradeCancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End an upgrade that goes on, or take back one that waits for the restart.",
        discussion: """
            Example: nodectl upgrade cancel

            What was downloaded stays in the other slot for the next time.
            Exit status: 3 there is nothing to cancel.
            """)

    @OptionGroup var options: SlotOptions

    func run() throws {
        let slots = try options.slots()
        if let holder = UpgradeTurn.holder(root: options.node.root) {
            try UpgradeCancellation.end(process: holder)
            return try options.answer("The upgrade ends.\n", ["cancelled": "process"])
        }
        try UpgradeCancellation.takeBack(slots)
        try options.answer("Slot \(slots.running.name) stays the next to be started.\n", ["cancelled": "slot"])
    }
}
