import ArgumentParser
import Disks
import Document
import Host
import Node

/// `nodectl uninstall`
struct UninstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Remove a node from a disk.",
        discussion: """
            Example: nodectl uninstall /dev/sda

            Takes away the partition table, what starts the disk and the beginning of each partition, so that nothing is found \
            on it any more, guests and their disks included; the data itself is not overwritten. The disk must not be in use, so \
            this is done from a medium, not from the node itself. Exit status: 2 when there is no node on it, 7 when it cannot be \
            written, 8 when it is in use.
            """)

    @Argument(help: "The disk.")
    var disk: String

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func run() throws {
        let target = try DiskChoice(disk, nil).find(DiskInventory())
        let uninstallation = try Uninstallation(target)
        if !yes {
            let text = "\(target.title)\nwhat is lost: \(target.summary), with all that its state partition holds\n"
            try DiskConfirmation(disk: target, text: text).ask()
        }
        let warnings = try uninstallation.run()
        warnings.forEach(Output.warning)
        if json {
            try Output.result(
                JSON.text(["result": "uninstalled", "disk": .string(target.path), "warnings": .strings(warnings)])
                    + "\n")
        } else {
            Output.error("nodectl: \(target.path) is empty")
        }
    }
}
