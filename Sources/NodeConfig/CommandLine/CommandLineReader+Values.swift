import Document

/// Values that several words have.
extension CommandLineReader {
    /// A part of the configuration with one key set to a text, checked as a document is; nil, with the reason, when it is wrong.
    func part<Part>(_ form: Form<Part>, _ key: String, _ text: String) -> Part? {
        let place = Position.whole("kernel command line")
        let entry = Node.Entry(key: key, position: place, value: Node(.string(text), at: place))
        let diagnostics = Diagnostics()
        let part = form.read(Node(.mapping([entry]), at: place), key, diagnostics)
        return diagnostics.hasErrors ? nil : part
    }

    /// Whether a word switches on (bare, `1`, `yes`, `true`, `y`, `on`) or off; notes a mistake and gives nil when neither.
    mutating func flag(_ word: Word) -> Bool? {
        switch word.value?.lowercased() {
        case nil, "1", "yes", "true", "y", "on": return true
        case "0", "no", "false", "n", "off": return false
        default:
            error(
                word, at: word.content, "\(word.content.shown) switches neither on nor off",
                hint: "write \(word.name) or \(word.name)=0")
            return nil
        }
    }

    /// A service on the network; notes a mistake and gives nil when it is none.
    mutating func endpoint(_ word: Word) -> Endpoint? {
        if let endpoint = Endpoint(word.content.text) { return endpoint }
        error(
            word, at: word.content,
            word.content.isEmpty ? "the server is missing" : "\(word.content.shown) is not a server",
            hint: "write \(word.name)=HOST or \(word.name)=HOST:PORT, an IPv6 address in brackets when a port follows")
        return nil
    }

    /// Whether a text has only letters, digits, dots, hyphens and underscores.
    static func isPlainName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D || byte == 0x2E || byte == 0x5F
            }
    }

    /// An address on a web server; notes a mistake and gives nil when it is none.
    mutating func url(_ word: Word, schemes: [String]) -> String? {
        let text = word.content.text
        guard let scheme = schemes.first(where: text.hasPrefix), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            error(
                word, at: word.content, "\(word.content.shown) is not an address of a web server",
                hint: "write \(word.name)=\(schemes.last ?? "")SERVER/PATH")
            return nil
        }
        let rest = text.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !host.contains("@") else {
            error(
                word, at: word.content, "a user name or password in an address is readable for everybody",
                hint: "serve it without, and give a checksum")
            return nil
        }
        guard Endpoint(String(host)) != nil else {
            error(
                word, at: Piece(text: String(host), offset: word.valueOffset + scheme.count),
                "the server is missing or no server")
            return nil
        }
        return text
    }

    /// Notes that a secret stood where every user of the node can read it.
    mutating func markSecret(_ word: Word) {
        insecureWords.append(word.name)
        warning(
            word, "the kernel command line is no place for secrets: every user of the node can read it",
            hint: "give it in a config disk or a credential instead, and change it after the first boot")
    }
}
