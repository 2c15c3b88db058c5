import Document

/// One place from which values of the node configuration come.
public struct ConfigurationInput: Sendable {
    /// The places, the weakest first: a later one replaces what an earlier one says.
    public enum Origin: Int, Sendable, CaseIterable, Comparable {
        /// What the image brings along.
        case image
        /// systemd's credential `nodewright.config`, which the machine gets by SMBIOS or fw_cfg.
        case credential
        /// The file `node.yaml` on a disk with the label `NODECONFIG`.
        case configDisk
        /// The document that `nodewright.config=` names.
        case url
        /// Words of the kernel command line.
        case commandLine
        /// What was stored on this node; not mixed with the others but the image's.
        case stored

        /// The place in words.
        public var name: String {
            switch self {
            case .image: "image"
            case .credential: "credential"
            case .configDisk: "config disk"
            case .url: "URL"
            case .commandLine: "kernel command line"
            case .stored: "stored configuration"
            }
        }

        /// The weaker first.
        public static func < (left: Origin, right: Origin) -> Bool { left.rawValue < right.rawValue }
    }

    /// The place.
    public let origin: Origin
    /// The document's values without `schemaVersion`; positions name the document as messages shall call it.
    public let tree: Document.Node

    /// A document; nil when there is no reading it, which is reported.
    ///
    /// - Parameter file: how messages shall call the document
    public init?(_ origin: Origin, _ bytes: [UInt8], file: String, _ diagnostics: Diagnostics) {
        guard let tree = NodeConfiguration.tree(bytes, file: file, diagnostics) else { return nil }
        self.init(origin, tree: tree)
    }

    /// Values that come from no document, such as words of the kernel command line.
    public init(_ origin: Origin, _ configuration: NodeConfiguration) {
        let place = Position.whole(origin.name)
        let value = NodeConfiguration.form.write(configuration)
        self.init(origin, tree: Document.Node(value, at: place))
    }

    init(_ origin: Origin, tree: Document.Node) {
        self.origin = origin
        self.tree = tree
    }

    /// Whether it says nothing at all.
    public var isEmpty: Bool { tree.mapping?.isEmpty ?? true }
}

extension Document.Node {
    /// A JSON value as a tree, all of it at one place.
    init(_ value: JSONValue, at place: Position) {
        switch value {
        case .null: self.init(Value.null, at: place)
        case .bool(let bool): self.init(.bool(bool), at: place, text: "\(bool)")
        case .integer(let integer): self.init(.integer(integer), at: place, text: "\(integer)")
        case .number(let number): self.init(.number(number), at: place, text: "\(number)")
        case .string(let string): self.init(Value.string(string), at: place)
        case .array(let values): self.init(.sequence(values.map { Document.Node($0, at: place) }), at: place)
        case .object(let members):
            self.init(
                .mapping(
                    members.map { Entry(key: $0.key, position: place, value: Document.Node($0.value, at: place)) }),
                at: place)
        }
    }
}
