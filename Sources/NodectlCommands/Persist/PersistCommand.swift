import ArgumentParser
import Document
import Host
import Node
import NodeConfig

/// `nodectl persist`
struct PersistCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "persist", abstract: "Keep files and folders over restarts and upgrades.",
        discussion: """
            Example: nodectl persist /etc/multipath.conf /etc/ssh/sshd_config.d

            /etc is made anew at each start. What is named here is kept on the state partition from now on, and stands \
            under "persist" in the stored configuration. Of a folder only what differs from the image is kept; the rest \
            follows the image. Everything below /var is kept anyway, and so are /etc/iscsi, /etc/libvirt, /etc/lvm, \
            /etc/multipath, /etc/nodewright/health.d, /etc/vdsm, /etc/pki/vdsm, the machine id and the host keys of SSH.

            Exit status: 3 when all of it is kept already, 7 when this node has no place for its state, 8 while a change of \
            the network waits to be confirmed.
            """)

    @Argument(help: "Absolute paths of files below /etc, and of folders.")
    var paths: [String] = []

    @Flag(help: "List what is kept, and why.")
    var list = false

    @Flag(help: ArgumentHelp("Save the files that have changed.", visibility: .hidden))
    var save = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var options: ConfigOptions

    func validate() throws {
        if paths.isEmpty, !list, !save { throw ValidationError("name the paths that shall be kept, or use --list") }
        if !paths.isEmpty, list || save { throw ValidationError("--list takes no paths") }
    }

    func run() throws {
        let kept = try KeptPaths(options)
        if list { return try Output.result(json ? kept.json : kept.text) }
        if save {
            // A change and the start of the node may ask for it at the same time.
            let folder = Path.join(options.root, "run/nodewright")
            try Folder.create(folder)
            let lock = try FileLock(Path.join(folder, "persist.lock"))
            defer { lock.release() }
            for path in try PersistentPaths(kept.configuration).saveFiles(root: options.root) {
                Output.error("nodectl: saved \(path)")
            }
            if try AdministratorPassword(kept.configuration).save(root: options.root) {
                Output.error("nodectl: saved the administrator's password")
            }
            return
        }
        try kept.checkState()
        let now = PersistentPaths(kept.configuration)
        var added: [String] = []
        for path in paths {
            if let reason = now.reason(for: path) {
                Output.error("nodectl: \(path): kept already, because \(reason)")
                continue
            }
            try PersistentPaths.check(path)
            if !added.contains(path) { added.append(path) }
        }
        guard !added.isEmpty else { throw Failure(.nothingToDo, "all of it is kept already") }
        let earlier = kept.configuration.persist.filter { old in !added.contains { PersistentPaths.covers($0, old) } }
        try kept.store(earlier + added, by: "nodectl persist")
        try Output.result(json ? KeptPaths.json("kept", added) : added.map { "\($0) is kept from now on.\n" }.joined())
    }
}
