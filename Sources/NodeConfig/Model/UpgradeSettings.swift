/// From where, and when, the node is upgraded.
public struct UpgradeSettings: Hashable, Sendable {
    /// What becomes of a node once an upgrade is ready in its window.
    public enum Restart: String, Hashable, Sendable, CaseIterable {
        /// Somebody restarts it.
        case never
        /// As soon as no guest runs.
        case idle
        /// At once; guests are shut down with it.
        case always
    }

    /// `https://…`, `oci://HOST/NAME` or the path of a folder; without it the node is upgraded by hand.
    public var repository: String?
    /// The channel; `stable` unless given.
    public var channel: String?
    /// `http://HOST:PORT`
    public var proxy: String?
    /// When an upgrade is looked for and carried out by itself (systemd.time(7), OnCalendar=); never unless given.
    public var window: String?
    /// What becomes of the node then; `never` unless given.
    public var restart: Restart?

    /// Nothing given.
    public init() {}
}
