import Disks
import Host
import Node
import NodeConfig

/// Which disk a command line, or else a configuration, means.
struct DiskChoice {
    private let text: String?
    private let configuration: NodeConfiguration?

    init(_ text: String?, _ configuration: NodeConfiguration?) {
        self.text = text
        self.configuration = configuration
    }

    func find(_ inventory: DiskInventory) throws -> Disk {
        if let text {
            let isSelector = !text.contains("/") || ShellPattern.isPattern(text)
            guard isSelector, !File.exists(text) else { return try inventory.disk(at: Path.absolute(text)) }
            return try Self.selector(text).choose(from: try inventory.disks())
        }
        let targets = configuration?.installation.targets ?? []
        guard !targets.isEmpty else {
            throw Failure(
                .invalidInput, "no disk is named",
                hint: "name one (nodectl install --list shows them), or give a --config with installation: targets")
        }
        let disks = try inventory.disks()
        var reasons: [String] = []
        for target in targets {
            do { return try target.choose(from: disks) } catch let failure as Failure {
                reasons.append(failure.message)
            }
        }
        throw Failure(
            .invalidInput, "no disk is one of those that the configuration asks for",
            hint: "nodectl install --list shows all disks", details: reasons)
    }

    /// As `storage_init=` on the kernel command line has it, which legacy oVirt Node knew.
    private static func selector(_ text: String) throws -> DiskSelector {
        let reading = CommandLineReading(KernelCommandLine(Array("storage_init=\(text)".utf8)))
        guard !reading.hasErrors, reading.configuration.installation.targets.count == 1 else {
            throw Failure(
                .invalidInput, "\"\(text)\" names no disk",
                hint:
                    "a path such as /dev/sda, or usb, ata, scsi, nvme, virtio, with a serial number behind it: scsi:SERIAL"
            )
        }
        return reading.configuration.installation.targets[0]
    }
}
