/// An entry of a boot menu: what GRUB starts.
public struct BootEntry: Sendable, Equatable {
    /// The titles, from the outermost submenu to the entry.
    public var titles: [String]
    /// The entry's `--id`.
    public var id: String?
    /// The kernel's path; nil for entries that start none.
    public var kernel: String?
    /// The kernel's arguments; variables stand as they are written.
    public var arguments: [String] = []
    /// The paths of the initramfs.
    public var initramfs: [String] = []
}

/// Reads GRUB's configuration language as far as menus need it: words, quotes, blocks, comments.
struct BootMenuReader {
    /// Commands and blocks beyond this depth are refused: no menu nests so deeply.
    private static let depthLimit = 16

    private var tokens: [Token] = []
    private var next = 0
    private(set) var entries: [BootEntry] = []

    private enum Token: Equatable {
        case word(String)
        case open
        case close
        case end
    }

    /// The entries of a configuration file, in their order.
    static func entries(of text: String) -> [BootEntry] {
        var reader = BootMenuReader(text)
        reader.block([], depth: 0)
        return reader.entries
    }

    private init(_ text: String) { tokens = Self.tokens(text) }

    /// Commands up to the end of the block.
    private mutating func block(_ titles: [String], depth: Int) {
        while next < tokens.count {
            var words: [String] = []
            while next < tokens.count, case .word(let word) = tokens[next] {
                words.append(word)
                next += 1
            }
            let stop = next < tokens.count ? tokens[next] : .end
            next += 1
            switch (stop, words.first) {
            case (.open, "submenu") where depth < Self.depthLimit:
                block(titles + [words.dropFirst().first ?? ""], depth: depth + 1)
            case (.open, "menuentry") where depth < Self.depthLimit:
                let title = words.dropFirst().first ?? ""
                var id: String?
                if let place = words.firstIndex(of: "--id"), place + 1 < words.count { id = words[place + 1] }
                entries.append(BootEntry(titles: titles + [title], id: id))
                let index = entries.count - 1
                commands(into: index, depth: depth + 1)
            case (.open, _) where depth < Self.depthLimit: block(titles, depth: depth + 1)
            case (.close, _): return
            default: break
            }
        }
    }

    /// The commands of one entry.
    private mutating func commands(into index: Int, depth: Int) {
        while next < tokens.count {
            var words: [String] = []
            while next < tokens.count, case .word(let word) = tokens[next] {
                words.append(word)
                next += 1
            }
            let stop = next < tokens.count ? tokens[next] : .end
            next += 1
            if let command = words.first {
                if ["linux", "linux16", "linuxefi"].contains(command), words.count > 1 {
                    entries[index].kernel = words[1]
                    entries[index].arguments = Array(words.dropFirst(2))
                } else if ["initrd", "initrd16", "initrdefi"].contains(command) {
                    entries[index].initramfs = Array(words.dropFirst())
                }
            }
            if stop == .close { return }
            if stop == .open, depth < Self.depthLimit { commands(into: index, depth: depth + 1) }
        }
    }

    /// The words, block marks and ends of commands of a text.
    private static func tokens(_ text: String) -> [Token] {
        var tokens: [Token] = []
        var word: String?
        var rest = Substring(text)
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" || character == "\r" }
        func flush() {
            if let word { tokens.append(.word(word)) }
            word = nil
        }
        while let character = rest.popFirst() {
            switch character {
            case "'":
                let quoted = rest.prefix { $0 != "'" }
                rest = rest.dropFirst(quoted.count + 1)
                word = (word ?? "") + quoted
            case "\"":
                var quoted = word ?? ""
                while let inner = rest.popFirst(), inner != "\"" {
                    if inner == "\\", let escaped = rest.popFirst() {
                        quoted.append(escaped)
                    } else {
                        quoted.append(inner)
                    }
                }
                word = quoted
            case "\\":
                if let escaped = rest.popFirst(), escaped != "\n" { word = (word ?? "") + String(escaped) }
            case "#" where word == nil: rest = rest.drop { !$0.isNewline }
            case "{" where word == nil && (rest.first.map { isBlank($0) || $0.isNewline } ?? true):
                tokens.append(.open)
            case "}" where word == nil: tokens.append(.close)
            case ";":
                flush()
                tokens.append(.end)
            case _ where character.isNewline:
                flush()
                tokens.append(.end)
            case _ where isBlank(character): flush()
            default: word = (word ?? "") + String(character)
            }
        }
        flush()
        return tokens
    }
}
