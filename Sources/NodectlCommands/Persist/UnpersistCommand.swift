import ArgumentParser
import Document
import Host
import Node
import NodeConfig

/// `nodectl unpersist`
struct UnpersistCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpersist", abstract: "No longer keep files and folders.",
        discussion: """
            Example: nodectl unpersist /etc/multipath.conf

            The paths stay as they are until the next start, which brings the image's back and removes what was kept.

            Exit status: 3 when none of it was kept by "nodectl persist" or the node configuration, 7 when this node has \
            no place for its state, 8 while a change of the network waits to be confirmed.
            """)

    @Argument(help: "Paths as \"nodectl persist --list\" shows them.")
    var paths: [String]

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var options: ConfigOptions

    func run() throws {
        let kept = try KeptPaths(options)
        try kept.checkState()
        let listed = kept.configuration.persist
        for path in paths where !listed.contains(path) {
            guard let reason = PersistentPaths(kept.configuration).reason(for: path) else {
                Output.error("nodectl: \(path) is not kept")
                continue
            }
            throw Failure(
                .invalidInput, "\"\(path)\" cannot be given up: \(reason)", hint: "see nodectl persist --list")
        }
        let removed = listed.filter { paths.contains($0) }
        guard !removed.isEmpty else { throw Failure(.nothingToDo, "none of it is kept") }
        try kept.store(listed.filter { !removed.contains($0) }, givenUp: removed, by: "nodectl unpersist")
        let text = removed.map { "\($0) stays as it is until the next start, and is the image's then.\n" }.joined()
        try Output.result(json ? KeptPaths.json("given-up", removed) : text)
    }
}
