import ArgumentParser
import Boot
import Disks
import Document
import Host
import Node

/// `nodectl slots verify`
struct SlotsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read a slot and compare every block with its hash.",
        discussion: """
            Example: nodectl slots verify b

            The root hash is the one that the boot menu hands to the kernel. Kernel and initramfs must be there.
            Exit status: 5 the slot is not what was installed, 7 it cannot be read, 9 it is empty.
            """)

    @Argument(help: "The slot: a or b.")
    var slot: SlotArgument
    @OptionGroup var options: SlotOptions

    func run() throws {
        let size = try options.slots().verify(slot.slot)
        let object: JSONValue = ["slot": .string(slot.slot.rawValue), "verified-bytes": .integer(size)]
        let text = "Slot \(slot.slot.name) is what was installed: \(size >> 20) MiB verified.\n"
        try options.answer(text, object)
    }
}
