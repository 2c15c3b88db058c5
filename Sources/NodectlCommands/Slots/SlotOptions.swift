import ArgumentParser
import Disks
import Document
import Host
import Node
import NodeConfig

/// The disk whose slots or state a command is about, and how it answers.
struct SlotOptions: ParsableArguments {
    @Flag(help: "Print one JSON object.")
    var json = false
    @Option(
        help: ArgumentHelp("An image file or disk in place of the one that this node runs from.", visibility: .hidden))
    var disk: String?
    @OptionGroup var node: ConfigOptions

    func slots() throws -> NodeSlots {
        try NodeSlots(root: node.root, commandLine: node.commandLine(), disk: disk, warn: Output.warning)
    }

    func answer(_ text: String, _ object: JSONValue) throws {
        try Output.result(json ? JSON.text(object) + "\n" : text)
    }
}

/// A slot as people write it.
struct SlotArgument: ExpressibleByArgument {
    let slot: Slot

    init?(argument: String) {
        guard let slot = Slot(rawValue: argument.lowercased()) else { return nil }
        self.slot = slot
    }

    static var allValueStrings: [String] { ["a", "b"] }
}
