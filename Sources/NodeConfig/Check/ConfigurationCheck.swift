import Document

/// Looks for what no single value shows: contradictions, and names that nothing has.
///
/// Values that could not be read have been reported and are absent from the model, so whether something is *there* is asked
/// of the tree, and what it *is* of the model; no mistake shall cause a second message.
struct ConfigurationCheck {
    /// What was read.
    let configuration: NodeConfiguration
    /// The document that it was read from.
    let tree: Document.Node
    let diagnostics: Diagnostics
    /// The interfaces of the document by name; of two with one name, the first.
    let interfaces: [String: Document.Node]
    /// The names of interfaces in the order of the document.
    let names: [String]

    init(_ configuration: NodeConfiguration, _ tree: Document.Node, _ diagnostics: Diagnostics) {
        self.configuration = configuration
        self.tree = tree
        self.diagnostics = diagnostics
        var interfaces: [String: Document.Node] = [:]
        var names: [String] = []
        for node in tree["network"]?["interfaces"]?.sequence ?? [] {
            guard let name = node["name"]?.string else { continue }
            if let other = interfaces[name] {
                let line = other.position.line
                diagnostics.error(
                    at: node["name"]?.position ?? node.position, "two interfaces have the name \"\(name)\"",
                    hint: line == 0 ? nil : "the other one is in line \(line)")
            } else {
                interfaces[name] = node
                names.append(name)
            }
        }
        self.interfaces = interfaces
        self.names = names
    }

    /// Reports everything.
    func run() {
        var seen: Set<String> = []
        let interfaces = configuration.network.interfaces.filter { seen.insert($0.name).inserted }
        checkKinds()
        checkReferences(interfaces)
        checkCircles(interfaces)
        for interface in interfaces {
            checkBond(interface)
            checkAddresses(interface)
        }
        checkAcross(interfaces)
        checkManagement()
        checkServices()
        checkEngine()
        checkInstallation()
    }

    func error(at position: Position, _ message: String, hint: String? = nil) {
        diagnostics.error(at: position, message, hint: hint)
    }

    /// The place of a value: of as much of the path as there is.
    func place(_ path: String..., in node: Document.Node? = nil) -> Position {
        var place = node ?? tree
        for key in path { place = place[key] ?? place }
        return place.position
    }

    /// The place of an element of a list of texts.
    func place(of text: String, in list: Document.Node?) -> Position {
        let element = list?.sequence?.first { $0.text == text }
        return element?.position ?? list?.position ?? tree.position
    }

    /// What to do about a name that no interface has.
    func hint(forUnknown name: String) -> String {
        // Bounded, so that time grows with the document and not with its square.
        let meant = nearest(to: name, among: names.prefix(64)).map { ", or did you mean \"\($0)\"?" }
        return "add \"- name: \(name)\" to the interfaces" + (meant ?? "")
    }
}
