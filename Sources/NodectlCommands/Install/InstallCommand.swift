import ArgumentParser
import Disks
import Document
import Glibc
import Host
import Node
import NodeConfig

/// `nodectl install`
struct InstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Install the running system to a disk.",
        discussion: """
            Example: nodectl install /dev/sda --config node.yaml

            Takes two slots of the system, of which the first is filled, and a state partition that keeps what the node changes. \
            A disk that is mounted, read-only, too small or the one that this system was started from is refused; guests' data \
            and storage domains must be given up by name (--destroy). All that was written is read back and compared. An \
            installation that was interrupted leaves a disk that nothing starts from; run it again.

            DISK is a path, a pattern of paths, or as in storage_init= on the kernel command line: usb, scsi:SERIAL, ata. \
            Without it, the node configuration says which one (installation: targets).

            The installed node gets the configuration in FILE, else the one that the running system was given or has stored, \
            without "installation:", which is fulfilled. With --keep-state and no FILE it keeps its own.

            Exit status: 2 when there is no such disk or its content must not be lost, 7 when it is too small, read-only or \
            cannot be written, 8 when it is in use, 9 when this system cannot be installed from.
            """)

    @Argument(help: "The disk.")
    var disk: String?

    @Flag(help: "Show all disks and what is on them, and change nothing.")
    var list = false

    @Option(
        help: ArgumentHelp(
            "The node configuration for the installed node (default: the running system's).", valueName: "file"))
    var config: String?

    @Flag(help: "Keep the state partition of the node that is on the disk.")
    var keepState = false

    @Option(help: ArgumentHelp("Give up guests' data or a storage domain of this name.", valueName: "name"))
    var destroy: [String] = []

    @Flag(help: "Show what would be done, and change nothing.")
    var dryRun = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Print events and the result as JSON, one object per line.")
    var json = false

    func run() throws {
        let inventory = DiskInventory()
        if list { return try DiskList(disks: try inventory.disks()).print(json: json) }
        let (configuration, sources) = try wanted()
        let target = try DiskChoice(disk, configuration).find(inventory)
        // Before anything is said about the running system: the disk is what people have asked about.
        try InstallationPlan.checkUse(target)
        var wishes = InstallationPlan.Wishes()
        // Whoever names a disk and sees what is on it has decided about it; a configuration says what it may hold.
        wishes.wipe = disk == nil ? configuration.installation.wipe ?? .emptyOnly : .anything
        wishes.destroyed = Set(destroy)
        wishes.keepsState = keepState
        wishes.sizes = configuration.installation.sizes
        // Its own stays with the state.
        wishes.configuration = keepState && config == nil ? nil : configuration
        wishes.sources = sources
        let plan = try InstallationPlan(source(), to: target, wishes)
        if dryRun {
            return try Output.result(json ? JSON.text(plan.json(result: "dry-run")) + "\n" : plan.text)
        }
        if !yes { try DiskConfirmation(disk: target, text: plan.text).ask() }
        let result = try Installation(plan, progress: WorkLines(json: json).sink).run()
        result.warnings.forEach(Output.warning)
        if json {
            return try Output.result(JSON.text(plan.json(result: "installed", rootHash: result.rootHash)) + "\n")
        }
        Output.error("nodectl: \(target.path) is ready: remove the medium and restart this machine")
    }

    private func source() throws -> InstallationSource {
        try InstallationSource.running { text in if !json { Output.error("nodectl: " + text) } }
    }

    /// The configuration in the file, else the one in force here, and where its values come from.
    private func wanted() throws -> (NodeConfiguration, [String: String]) {
        if let config {
            let bytes = try File.read(config, limit: NodeConfiguration.sizeLimit)
            return (try NodeConfiguration.read(bytes, file: config), [:])
        }
        let line = (try? File.read("/proc/cmdline", limit: KernelCommandLine.limit)) ?? []
        let inputs = NodeInputs(commandLine: KernelCommandLine(line))
        let reading = inputs.read(warn: Output.warning)
        do { return try inputs.base(of: reading) } catch let failure as Failure {
            throw Failure(
                failure.status, "this system's own configuration has mistakes",
                hint: "\"nodectl status\" names them; or give another one with --config",
                details: failure.details)
        }
    }
}

extension InstallationPlan {
    /// The plan for people.
    fileprivate var text: String { lines.map { $0 + "\n" }.joined() }

    fileprivate func json(result: String, rootHash: String? = nil) -> JSONValue {
        [
            "result": .string(result), "disk": disk.json,
            "title": .string(source.image.name + " " + source.image.version),
            "keepsState": .bool(keepsState), "rootHash": .optional(rootHash),
            "identifier": .string(layout.identifier.description),
            "partitions": .array(
                layout.partitions.map {
                    [
                        "number": .integer($0.number), "name": .string($0.name), "start": .integer($0.start),
                        "size": .integer($0.size), "identifier": .optional($0.identifier?.description),
                    ]
                }),
        ]
    }
}
