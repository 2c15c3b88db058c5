import Document
import Host
import NodeConfig

/// Values as the reader of the node configuration takes them, with its own words for what is wrong.
enum SetupCheck {
    /// Reads a part of a document that stands for itself.
    ///
    /// - Throws: the first mistake, without a place: there is only one value on the page
    static func read(_ members: JSONValue) throws -> NodeConfiguration {
        let diagnostics = Diagnostics()
        guard case .object(let own) = members else { return NodeConfiguration() }
        let text = JSON.text(.object([.init("schemaVersion", .integer(NodeConfiguration.schemaVersion))] + own))
        let configuration = NodeConfiguration.read(Array(text.utf8), file: "page.json", diagnostics)
        if let mistake = diagnostics.sorted.first(where: { $0.severity == .error }) {
            throw Failure(.invalidInput, mistake.message, hint: mistake.hint)
        }
        return configuration ?? NodeConfiguration()
    }

    /// What is wrong with a value alone; nil when nothing is.
    static func mistake(_ members: JSONValue) -> String? {
        do {
            _ = try read(members)
            return nil
        } catch {
            return (error as? Failure)?.words ?? "\(error)"
        }
    }

    /// The words of a text, which blanks or commas separate.
    static func words(_ text: String) -> [String] {
        text.split { $0 == " " || $0 == "," || $0 == ";" || $0 == "\t" }.map(String.init)
    }
}
