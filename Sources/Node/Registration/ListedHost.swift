import Document

/// A host as an engine lists it.
struct ListedHost: Hashable {
    /// The engine's own id of it.
    let id: String
    let name: String
    let address: String
    /// The fingerprint of the SSH key that the engine expects of it; nil when it knows none, or only an MD5 one.
    let fingerprint: String?
    /// `pending_approval`, `installing`, `up`, `install_failed` …; printable.
    let status: String

    /// Whether an administrator, or this node, may approve it.
    var canBeApproved: Bool { ["pending_approval", "install_failed"].contains(status) }

    /// A host of the REST interface; nil when it is none.
    init?(_ node: Document.Node) {
        guard let id = node["id"]?.string, let name = node["name"]?.string, let status = node["status"]?.string else {
            return nil
        }
        self.id = id
        self.name = name
        address = node["address"]?.string ?? ""
        fingerprint = node["ssh"]?["fingerprint"]?.string.flatMap { $0.hasPrefix("SHA256:") ? $0 : nil }
        self.status = PlainText.printable(status, limit: 40)
    }
}
