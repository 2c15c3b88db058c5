/// The comments around a stored configuration: at its head who wrote it, and where its values came from; at its end that it is
/// whole.
struct GenerationHeader {
    private static let authorPrefix = "# written by "
    private static let sourcePrefix = "# from "

    /// The last line.
    static let end = "# end\n"

    /// Whether a file has the end that belongs to its head; one that somebody else has written needs none.
    static func isWhole(_ bytes: [UInt8]) -> Bool {
        !bytes.starts(with: Array(authorPrefix.utf8)) || bytes.suffix(end.utf8.count).elementsEqual(end.utf8)
    }

    /// Who wrote it; nil when the file does not say.
    let author: String?
    /// The name of an input by the path of a value.
    let sources: [String: String]

    init(author: String, sources: [String: String]) {
        // A line of its own would be taken for a part of the document.
        self.author = author.split(whereSeparator: \.isNewline).joined(separator: " ")
        self.sources = sources
    }

    /// The header of a file's content; what is not understood is passed over.
    init(_ bytes: [UInt8]) {
        var author: String?
        var sources: [String: String] = [:]
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard line.first == UInt8(ascii: "#") else { break }
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix(Self.authorPrefix) {
                author = String(text.dropFirst(Self.authorPrefix.count))
            } else if text.hasPrefix(Self.sourcePrefix) {
                let parts = text.dropFirst(Self.sourcePrefix.count).split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                for path in parts[1].split(whereSeparator: { $0 == "," || $0 == " " }) {
                    sources[String(path)] = String(parts[0])
                }
            }
        }
        self.author = author
        self.sources = sources
    }

    /// The comment: one line for the author and one for each input.
    var text: String {
        var lines = [Self.authorPrefix + (author ?? "")]
        let byName = Dictionary(grouping: sources.keys) { sources[$0] ?? "" }
        for name in byName.keys.sorted() {
            lines.append("\(Self.sourcePrefix)\(name): \((byName[name] ?? []).sorted().joined(separator: ", "))")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
