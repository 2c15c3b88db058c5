/// The oVirt Engine that manages this node.
public struct EngineSettings: Hashable, Sendable {
    /// On what an unknown engine is trusted.
    public enum Trust: String, Hashable, Sendable, CaseIterable {
        /// Only on a fingerprint or a certificate authority that is given here.
        case pinned
        /// On what it shows the first time; a change later is refused.
        case firstUse = "first-use"
    }

    /// How the node becomes known to the engine.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// The node asks, through the `host-register` service.
        case register
        /// The node is added over REST, which needs credentials.
        case add
    }

    /// Host name or IP address; nothing is registered without it.
    public var address: HostAddress?
    /// Its HTTPS port, from 1 to 65535; 443 unless given.
    public var port: Int?
    /// The fingerprint of the engine's certificate authority.
    public var fingerprint: CertificateFingerprint?
    /// The engine's certificate authority: PEM text.
    public var certificateAuthority: String?
    /// On what an unknown engine is trusted; `pinned` unless given.
    public var trust: Trust?
    /// How the node becomes known to the engine; `register` unless given.
    public var mode: Mode?
    /// Whether the node approves itself over REST, which needs credentials; false unless given.
    public var approve: Bool?
    /// The name under which the engine lists this node; the host name unless given.
    public var nodeName: String?
    /// The cluster into which the node is added or approved; the engine's default unless given.
    public var cluster: String?
    /// A user of the REST interface, such as `admin@internal`.
    public var user: String?
    /// That user's password.
    public var password: Secret?
    /// A bearer token for the REST interface, instead of user and password.
    public var token: Secret?

    /// Nothing given.
    public init() {}
}
