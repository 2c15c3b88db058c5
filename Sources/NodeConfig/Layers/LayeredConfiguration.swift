import Document

/// Several inputs laid over each other: mappings key by key, everything else replaced as a whole, so that a list is never a
/// mixture of two.
public struct LayeredConfiguration: Sendable {
    /// One value with where it comes from.
    public struct Value: Hashable, Sendable {
        /// Its keys with dots between them, elements of lists by number: `network.interfaces[0].name`.
        public let path: String
        /// The value as JSON; `"(secret)"` for a secret.
        public let value: JSONValue
        /// The kind of input.
        public let origin: ConfigurationInput.Origin
        /// Where it stands there: `node.yaml:3:11`, or the input's name when it has no lines.
        public let place: String
        /// For a stored value, the name of the input from which it was stored, when that is known.
        public let source: String?
        /// Whether it is a secret that came by the kernel command line, where every user of the node can read it.
        public let isInsecure: Bool
    }

    /// The inputs that say something, the weakest first.
    public let inputs: [ConfigurationInput]
    /// All values; each keeps the place where it stands.
    public let tree: Document.Node

    /// Inputs in any order.
    public init(_ inputs: [ConfigurationInput]) {
        let sorted = inputs.filter { !$0.isEmpty }.enumerated()
            .sorted { ($0.element.origin, $0.offset) < ($1.element.origin, $1.offset) }.map(\.element)
        self.inputs = sorted
        tree = sorted.reduce(Document.Node(.mapping([]), at: .whole("node configuration"))) {
            $0.merged(under: $1.tree)
        }
    }

    /// The configuration that they make; nil after an error, which is reported.
    public func read(_ diagnostics: Diagnostics) -> NodeConfiguration? { NodeConfiguration.read(tree, diagnostics) }

    /// What can be understood of them, whatever is wrong with the rest; for people who repair it.
    public var understood: NodeConfiguration {
        NodeConfiguration.form.read(tree, "node configuration", Diagnostics()) ?? NodeConfiguration()
    }

    /// Every single value with where it comes from, in the order of the reference page.
    ///
    /// - Parameter sources: where the values of a stored configuration came from when they were stored
    public func values(stored sources: [String: String] = [:]) -> [Value] {
        let origins = Dictionary(inputs.map { ($0.tree.position.file, $0.origin) }, uniquingKeysWith: { $1 })
        var values: [Value] = []
        func visit(_ node: Document.Node, _ path: String, _ list: String?, _ form: FormDescription?) {
            if let entries = node.mapping, !entries.isEmpty {
                let order = form?.keys.map(\.key) ?? []
                let sorted = entries.sorted {
                    (order.firstIndex(of: $0.key) ?? .max, $0.key) < (order.firstIndex(of: $1.key) ?? .max, $1.key)
                }
                for entry in sorted {
                    let inner = form?.keys.first { $0.key == entry.key }?.form
                    visit(entry.value, path.isEmpty ? entry.key : "\(path).\(entry.key)", list, inner)
                }
            } else if let nodes = node.sequence, !nodes.isEmpty {
                for (index, element) in nodes.enumerated() { visit(element, "\(path)[\(index)]", list ?? path, form) }
            } else if !path.isEmpty {
                let origin = origins[node.position.file] ?? .image
                let isSecret = form?.isSecret ?? false
                let source = origin == .stored ? sources[list ?? path] : nil
                let words = ConfigurationInput.Origin.commandLine.name
                values.append(
                    Value(
                        path: path, value: isSecret ? .string(Secret("").description) : JSONValue(node),
                        origin: origin, place: node.position.description, source: source,
                        isInsecure: isSecret && (source ?? origin.name) == words))
            }
        }
        visit(tree, "", nil, NodeConfiguration.form.description)
        return values
    }

    /// Where each value comes from, by path, a list counting as one value: what is stored beside a configuration.
    public var sources: [String: String] {
        var sources: [String: String] = [:]
        for value in values() where value.origin != .image && value.origin != .stored {
            // The path up to the outermost list.
            sources[String(value.path.prefix { $0 != "[" })] = value.origin.name
        }
        return sources
    }
}

extension Document.Node {
    /// This document with another one laid over it: mappings key by key, everything else replaced.
    fileprivate func merged(under over: Document.Node) -> Document.Node {
        guard let base = mapping, let top = over.mapping else { return over }
        var entries = base
        let places = Dictionary(zip(base.map(\.key), base.indices), uniquingKeysWith: { first, _ in first })
        for entry in top {
            if let index = places[entry.key] {
                let value = entries[index].value.merged(under: entry.value)
                entries[index] = Entry(key: entry.key, position: entry.position, value: value)
            } else {
                entries.append(entry)
            }
        }
        return Document.Node(.mapping(entries), at: over.position)
    }
}
