import ArgumentParser
import Document
import Node

/// `nodectl slots list`
struct SlotsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show what is in the slots, which one runs, and which one starts next.",
        discussion: """
            Example: nodectl slots --json

            A slot is good once it has been healthy; a new one is on trial for a number of starts. When those are used up, \
            or five starts of a good slot in a row have not become healthy, the other slot is started.
            """)

    @OptionGroup var options: SlotOptions

    func run() throws {
        let slots = try options.slots()
        let report = SlotsReport(
            slots: slots.all, running: slots.running, control: try slots.read(), events: slots.history.events)
        try Output.result(options.json ? JSON.text(report.json, pretty: true) : report.text)
    }
}
