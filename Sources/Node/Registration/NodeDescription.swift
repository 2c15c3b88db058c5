import Host
import NodeConfig
import Transfer

/// What an engine is told about this node.
public struct NodeDescription: Hashable, Sendable {
    /// Under which id the engine knows it for ever.
    public let uniqueID: UniqueID
    /// How the engine lists it.
    public let name: String
    /// How the engine reaches it: a name that leads here, or an IP address.
    public let address: String
    /// The port of its SSH server.
    public let sshPort: Int
    /// `SHA256:…` of its SSH server's keys; the first is that of the one for which an engine's SSH client asks first.
    let sshFingerprints: [String]
    /// That of the first key; nil when there is none yet.
    public var sshFingerprint: String? { sshFingerprints.first }

    /// The node as it is now.
    ///
    /// - Parameters:
    ///   - root: `/`, or a fixture
    ///   - localAddress: the address from which this node reaches the engine, used when its name does not lead here
    ///   - resolves: whether a name leads to this node
    /// - Throws: `.invalidInput` when the node has no name of its own and the configuration gives none
    init(
        _ configuration: NodeConfiguration, root: String, uniqueID: UniqueID, localAddress: String,
        resolves: (String) -> Bool = NodeDescription.leadsHere
    ) throws {
        let hostname = SystemFile.line(Path.join(root, "proc/sys/kernel/hostname")) ?? ""
        let isNamed = !hostname.isEmpty && hostname != "(none)" && !hostname.hasPrefix("localhost")
        self.uniqueID = uniqueID
        address = isNamed && hostname.contains(".") && resolves(hostname) ? hostname : localAddress
        guard let name = configuration.engine.nodeName ?? (isNamed ? hostname : nil) else {
            throw ClassifiedFailure(
                .notConfigured,
                Failure(
                    .invalidInput, "this node has no name under which an engine could list it",
                    hint: "set hostname or engine.node-name in the node configuration"))
        }
        self.name = name
        sshPort = configuration.ssh.port ?? 22
        let files = ["ecdsa", "ed25519", "rsa"].map { Path.join(root, "etc/ssh/ssh_host_\($0)_key.pub") }
        sshFingerprints = files.compactMap { SystemFile.line($0).flatMap { SSHPublicKey($0)?.fingerprint } }
    }

    /// Whether a name leads to an address of this node for others, too: that is what its name servers say, and not what the
    /// system's own resolver knows of itself.
    static func leadsHere(_ name: String) -> Bool {
        let own = Set(NetworkInterface.currentAddresses().values.joined().map(\.text))
        return NameServers(root: "/").addresses(of: name)?.contains {
            own.contains($0.description) && !$0.isLoopback
        } ?? false
    }
}

extension SSHPublicKey {
    /// `SHA256:` and 43 characters of Base64 without padding, as ssh-keygen prints it.
    public var fingerprint: String {
        "SHA256:" + Base64.text(Checksum.of(blob).bytes).prefix { $0 != "=" }
    }
}
