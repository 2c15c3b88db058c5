import Document
import Host
import NodeConfig
import Transfer

/// Fetches the document that `nodewright.config=` names, as soon as there is a network.
public struct ConfigurationDownload {
    private let inputs: NodeInputs

    /// The download for a node.
    public init(_ inputs: NodeInputs) { self.inputs = inputs }

    /// Fetches the document, checks it together with all other inputs, and keeps it until the next start.
    ///
    /// - Parameters:
    ///   - patience: for so many seconds a server that does not answer is asked again
    ///   - warn: hears of everything that does not keep it from being used
    /// - Returns: what the inputs say now
    /// - Throws: `.nothingToDo` when no document is named or a stored configuration counts, `.network` when the server does not
    ///   answer, `.signature` when the checksum is another, `.invalidInput` with every mistake when it cannot be used
    public func run(patience: Double, warn: @escaping (String) -> Void) throws -> NodeInputs.Reading {
        let before = inputs.read(warn: warn)
        guard let source = before.commandLine.source else {
            throw Failure(.nothingToDo, "the kernel command line names no configuration (nodewright.config=URL)")
        }
        guard before.choice.isProvisioned else {
            throw Failure(
                .nothingToDo, "a configuration is stored, so nodewright.config= is ignored",
                hint: "nodewright.reconfigure on the kernel command line reads it anew")
        }
        let aside = inputs.fetched + ".new"
        try Folder.create(Path.parent(aside), mode: 0o700)
        try File.remove(aside)
        try fetch(source, to: aside, patience: patience)
        let bytes = try File.read(aside, limit: NodeConfiguration.sizeLimit)
        try File.remove(aside)
        try File.write(inputs.fetched, bytes, mode: 0o600)
        let after = inputs.read(warn: warn)
        for mistake in after.mistakes where mistake.severity == .warning { warn("\(mistake)") }
        guard after.isComplete, after.choice.isProvisioned else {
            try File.remove(inputs.fetched)
            let all = Diagnostics()
            for mistake in after.mistakes { all.add(mistake) }
            throw NodeConfiguration.failure(of: all)
                ?? Failure(.invalidInput, "the document of \(redacted(source.url)) cannot be used")
        }
        return after
    }

    private func fetch(_ source: ConfigurationSource, to file: String, patience: Double) throws {
        let download = Download(
            urls: [source.url], destination: file, checksum: source.sha256.flatMap { Checksum(.sha256, hex: $0) },
            limit: NodeConfiguration.sizeLimit)
        try Downloader(certificates: source.certificateAuthorities)
            .fetch(download, phase: "configuration", patience: patience)
    }
}
