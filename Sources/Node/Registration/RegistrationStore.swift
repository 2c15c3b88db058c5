import Document
import Glibc
import Host
import NodeConfig

/// What a node remembers of its engine: on the state partition, or until the next start where there is none.
public struct RegistrationStore: Sendable {
    private let folder: String

    /// The store of a node.
    ///
    /// - Parameter root: `/`, or a fixture
    public init(root: String = "/") {
        folder = Path.join(StatePartition.folder(root: root) ?? Path.join(root, "run/nodewright"), "engine")
    }

    /// One process at a time registers.
    ///
    /// - Throws: `.busy` while another one does
    func lock() throws -> FileLock {
        try Folder.create(folder, mode: 0o700)
        do { return try FileLock(Path.join(folder, "lock"), wait: false) } catch let failure as Failure
            where failure.status == .busy
        {
            throw Failure(
                .busy, "another process is registering this node",
                hint: "nodectl register --status shows how far it is; systemctl stop nodewright-register ends it")
        }
    }

    /// Whether there is an engine to be forgotten.
    var isUsed: Bool { [stateFile, authorityFile, keyFile].contains { File.exists($0) } }

    private var authorityFile: String { Path.join(folder, "ca.pem") }
    private var stateFile: String { Path.join(folder, "registration.json") }
    private var idFile: String { Path.join(folder, "unique-id") }
    private var keyFile: String { Path.join(folder, "engine.pub") }

    /// How far registration has come; nil when nobody has tried, or what is there cannot be read.
    public var state: RegistrationState? { try? readState() }

    /// How far registration has come; nil when nobody has tried.
    ///
    /// - Throws: when there is something that cannot be read; `.device` when it is damaged
    public func readState() throws -> RegistrationState? {
        var status = stat()
        // Who may not look into the folder knows nothing.
        if lstat(stateFile, &status) != 0, [ENOENT, ENOTDIR].contains(errno) { return nil }
        let bytes: [UInt8]
        do { bytes = try File.read(stateFile, limit: 1 << 20) } catch let failure as Failure {
            throw Failure(
                failure.status, "what this node remembers of its engine cannot be read: \(failure.message)",
                hint: geteuid() == 0 ? failure.hint : "only root may read it", details: failure.details)
        }
        guard let node = try? JSON.parse(bytes, file: stateFile), let state = RegistrationState(json: node) else {
            throw Failure(
                .device, "what this node remembers of its engine is damaged: \"\(stateFile)\"",
                hint: "nodectl register asks the engine once more and writes it anew")
        }
        return state
    }

    /// The engine that this node knows; empty when something is left of one that nothing names, nil when there is none.
    var engine: String? { isUsed ? trustedEngine ?? state?.engine ?? "" : nil }

    /// The engine whose authority is trusted, and whose key is let in; nil when there is none.
    var trustedEngine: String? {
        SystemFile.line(authorityFile).flatMap {
            $0.hasPrefix(Self.mark) ? String($0.dropFirst(Self.mark.count)) : nil
        }
    }

    /// Remembers how far registration has come.
    func keep(_ state: RegistrationState) throws {
        try write(stateFile, JSON.text(state.json, pretty: true), mode: 0o600)
    }

    /// The authority of the engine that is trusted, as PEM text; nil for another engine, or when none is.
    func authority(of engine: EngineLocation) -> String? {
        guard let text = try? File.readText(authorityFile, limit: 1 << 20) else { return nil }
        // The first line names the engine: PEM allows text around its blocks.
        return text.hasPrefix(Self.header(engine)) ? text : nil
    }

    /// Trusts an authority from now on, and only for this engine.
    func keep(authority pem: String, of engine: EngineLocation) throws {
        try write(authorityFile, Self.header(engine) + pem, mode: 0o644)
    }

    private static let mark = "# authority of "

    private static func header(_ engine: EngineLocation) -> String { "\(mark)\(engine)\n" }

    /// The key of the engine that was let in last.
    var sshKey: SSHPublicKey? { SystemFile.line(keyFile).flatMap { SSHPublicKey($0) } }

    /// Remembers which key was let in, so that it can be shut out when the node gets another engine.
    func keep(sshKey: SSHPublicKey) throws { try write(keyFile, "\(sshKey)\n", mode: 0o644) }

    /// The unique id, where the firmware has none that lasts.
    var uniqueID: String? { SystemFile.line(idFile) }

    func keep(uniqueID: String) throws { try write(idFile, uniqueID + "\n", mode: 0o644) }

    /// Forgets engine, authority and state; the node's own unique id stays.
    func forget() throws {
        for file in [stateFile, authorityFile, keyFile] { try File.remove(file) }
    }

    private func write(_ file: String, _ text: String, mode: UInt32) throws {
        try Folder.create(folder, mode: 0o700)
        try SystemFile.update(file, to: text, mode: mode)
    }
}
