import Host
import NodeConfig
import Synchronization
import TestSupport

@testable import Node

/// A node in a folder that registers with a test engine.
struct RegisteringNode {
    /// How a registration ended.
    struct Outcome {
        let state: RegistrationState?
        let failure: Failure?
        let said: [String]

        /// The message of the failure, with `ENGINE` for the engine's address.
        let message: String?
    }

    static let uuid = "3F2504E0-4F89-11D3-9A0C-0305E82C3301"
    static let hostKey =
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNs4PblZrP1A+VNygYV+3Npt0WT58slEXwOTR5aGl1qdtGAl36s2p/tXJMpUBM400YilelB8Kiw160J0SQrMX/I= root@node1"

    let root: String
    let engine: TestEngine

    /// Runs `body` with a node that has a state partition.
    static func with<Value>(
        _ switches: KeyValuePairs<String, String> = [:], files: [String: String] = [:],
        _ body: (RegisteringNode) throws -> Value
    ) throws -> Value {
        let engine = try TestEngine(switches)
        var all = FixtureNode.live
        all["run/nodewright/state/.keep"] = ""
        all["etc/ssh/ssh_host_ecdsa_key.pub"] = hostKey + "\n"
        all["sys/class/dmi/id/product_uuid"] = uuid + "\n"
        all.merge(files) { $1 }
        return try FixtureNode.with(all) { try body(RegisteringNode(root: $0.root, engine: engine)) }
    }

    /// A configuration that names the engine and its right fingerprint.
    func configuration(_ change: (inout NodeConfiguration) -> Void = { _ in }) -> NodeConfiguration {
        var configuration = NodeConfiguration()
        configuration.engine.address = HostAddress("127.0.0.1")
        configuration.engine.port = engine.port
        configuration.engine.fingerprint = CertificateFingerprint(engine.sha256)
        change(&configuration)
        return configuration
    }

    /// Registers once.
    func register(
        _ options: (inout Registration.Options) -> Void = { _ in },
        _ change: (inout NodeConfiguration) -> Void = { _ in }
    ) throws -> Outcome {
        let said = Mutex<[String]>([])
        let registration = try registration(options, change) { line in said.withLock { $0.append(line) } }
        var failure: Failure?
        var state: RegistrationState?
        do { state = try registration.run() } catch let problem as Failure { failure = problem }
        return Outcome(
            state: state, failure: failure, said: said.withLock { $0 }.map(anonymous),
            message: failure.map { anonymous($0.message) })
    }

    /// A registration that is ready to run.
    func registration(
        _ options: (inout Registration.Options) -> Void = { _ in },
        _ change: (inout NodeConfiguration) -> Void = { _ in }, say: @escaping (String) -> Void = { _ in }
    ) throws -> Registration {
        var all = Registration.Options()
        all.leadsHere = { _ in false }
        all.isOnline = { true }
        all.interval = 0.01
        all.timeout = 5
        options(&all)
        return try Registration(configuration(change), root: root, options: all, say: say)
    }

    /// The text with `ENGINE` for the engine's address.
    func anonymous(_ text: String) -> String {
        text.split(separator: "127.0.0.1:\(engine.port)", omittingEmptySubsequences: false).joined(separator: "ENGINE")
    }

    func path(_ name: String) -> String { Path.join(root, name) }

    func content(_ name: String) -> String? { try? File.readText(path(name)) }

    /// What is remembered.
    var state: RegistrationState? { RegistrationStore(root: root).state }

    /// What trust in an engine leaves on the disk.
    var traces: [String] {
        ["ca.pem", "engine.pub"].map { "run/nodewright/state/engine/" + $0 }
            .filter { File.exists(path($0)) } + ["root/.ssh", "etc/vdsm"].filter { File.exists(path($0)) }
    }
}
