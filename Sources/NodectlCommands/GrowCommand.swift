import ArgumentParser
import Disks
import Document
import Host
import Node

/// `nodectl grow`
struct GrowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grow", abstract: "Give the state partition what is free behind it.",
        discussion: """
            Example: nodectl grow

            For an image that was written to a larger disk or stick: moves the backup of the partition table to the end of \
            the disk, and enlarges the state partition and its file system while they are in use. Run at every start where \
            the kernel command line has nodewright.grow. Exit status 3: there was nothing to do.
            """)

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        guard let state = StatePartition(root: "/") else {
            throw Failure(
                .nothingToDo, "no state partition is mounted", hint: "a live system keeps its state in memory")
        }
        guard let growth = try state.grow() else {
            throw Failure(.nothingToDo, "nothing is free behind the state partition (\(state.name))")
        }
        let object: JSONValue = [
            "partition": .string(state.name), "before": .integer(growth.before), "after": .integer(growth.after),
        ]
        let text =
            "The state partition \(state.name) has grown from \(growth.before >> 20) MiB to \(growth.after >> 20) MiB.\n"
        try Output.result(json ? JSON.text(object) : text)
    }
}
