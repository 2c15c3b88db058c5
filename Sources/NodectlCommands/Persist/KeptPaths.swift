import Document
import Host
import Node
import NodeConfig

/// What a node keeps, and where its configuration says so.
struct KeptPaths {
    /// The configuration in force.
    let configuration: NodeConfiguration
    private let inputs: NodeInputs
    private let reading: NodeInputs.Reading
    private let root: String

    init(_ options: ConfigOptions) throws {
        inputs = try options.inputs()
        reading = inputs.read(warn: Output.warning)
        root = options.root
        configuration = reading.configuration
    }

    /// - Throws: `.device` when nothing outlasts a restart here
    func checkState() throws {
        if configuration.stateless == true {
            throw Failure(
                .device, "this node is stateless: nothing on it outlasts a restart",
                hint: "take \"stateless\" out of its configuration or off the kernel command line, and restart it")
        }
        guard StatePartition(root: root) != nil else {
            throw Failure(
                .device, "this node has no state partition: nothing on it outlasts a restart",
                hint: "start it from a disk or stick that has one; \"nodectl status\" says what is wrong with it")
        }
    }

    /// Stores the configuration with other paths, and brings them into force.
    ///
    /// - Parameter givenUp: those whose copies the next start removes
    func store(_ paths: [String], givenUp: [String] = [], by author: String) throws {
        // Without what the image brings along, which may change with the image.
        var (changed, sources) = try inputs.base(of: reading)
        changed.persist = paths
        sources["persist"] = nil
        try NetworkChange.withoutChange(root: root) {
            try PersistentPaths(changed).apply(warn: Output.warning)
            try PersistentPaths(changed).giveUp(givenUp)
            try inputs.store.write(changed, by: author, sources: sources)
        }
    }

    /// One line a path.
    var text: String { rows.map { "\($0.path)  (\($0.reason))\n" }.joined() }

    var json: String {
        JSON.text(.array(rows.map { ["path": .string($0.path), "reason": .string($0.reason)] }), pretty: true)
    }

    static func json(_ word: String, _ paths: [String]) -> String { JSON.text(.object([word: .strings(paths)])) + "\n" }

    private var rows: [(path: String, reason: String)] {
        let every = ["/var", "/etc/machine-id"] + PersistentPaths.files + PersistentPaths.folders
        return every.map { ($0, "every node") } + configuration.persist.map { ($0, "configuration") }
    }
}
