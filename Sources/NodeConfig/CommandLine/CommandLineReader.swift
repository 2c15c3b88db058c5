/// Reads the words of a kernel command line one after the other, by the published table.
///
/// Everything that is wrong is collected, and reading goes on with what was understood. Each word is looked at a fixed number
/// of times, so the work grows with the length of the line and no faster.
struct CommandLineReader {
    typealias Word = KernelCommandLine.Word

    /// What is worth saying about one command line; the rest would only repeat it.
    private static let mistakeLimit = 100

    /// What the words say about networking; brought together at the end.
    var network = NetworkWords()
    /// What the other words say.
    var configuration = NodeConfiguration()
    /// What is asked for besides.
    var requests: Set<CommandLineRequest> = []
    /// The arguments with secrets in them.
    var insecureWords: [String] = []
    // Words of which one counts more than another are kept apart until all are read.
    var hostname: Hostname?
    var ownHostname: Hostname?
    var hostnameOfAddress: Hostname?
    var rootPassword: Secret?
    var administratorPassword: Secret?
    var enginePassword: Secret?
    var engineWord: Word?
    var sourceURL: NetworkWords.Said<String>?
    var sourceChecksum: NetworkWords.Said<String>?
    var sourceAuthorities: NetworkWords.Said<String>?
    var uninstallWord: Word?
    var dumpKeyWord: Word?
    var statelessWord: Word?
    var installationDelay: Int?
    var networkIsImplied = false
    var source: ConfigurationSource?
    /// What was found, in the order of the words.
    private var mistakes: [CommandLineMistake] = []
    /// How many were found beyond the limit.
    private var furtherMistakes = 0

    /// Everything that was found, by word.
    var sortedMistakes: [CommandLineMistake] {
        // The sort is stable only together with the order of finding.
        let sorted = mistakes.enumerated().sorted {
            ($0.element.word ?? .max, $0.element.character ?? 0, $0.offset)
                < ($1.element.word ?? .max, $1.element.character ?? 0, $1.offset)
        }.map(\.element)
        guard furtherMistakes > 0 else { return sorted }
        return sorted + [whole("and \(furtherMistakes) more", hint: nil)]
    }

    /// Whether something cannot be followed.
    var hasErrors: Bool { furtherMistakes > 0 || mistakes.contains { $0.severity == .error } }

    /// Notes something that no single word says.
    mutating func noteWhole(_ message: String, hint: String?) {
        mistakes.append(whole(message, hint: hint))
    }

    private func whole(_ message: String, hint: String?) -> CommandLineMistake {
        CommandLineMistake(severity: .error, word: nil, text: "", character: nil, message: message, hint: hint)
    }

    /// Notes something that cannot be followed.
    mutating func error(
        _ word: Word, at field: Piece? = nil, _ message: @autoclosure () -> String,
        hint: @autoclosure () -> String? = nil
    ) {
        note(.error, word, at: field, message(), hint: hint())
    }

    /// Notes something that is followed or passed over in a way that is perhaps not expected.
    mutating func warning(
        _ word: Word, at field: Piece? = nil, _ message: @autoclosure () -> String,
        hint: @autoclosure () -> String? = nil
    ) {
        note(.warning, word, at: field, message(), hint: hint())
    }

    private mutating func note(
        _ severity: CommandLineMistake.Severity, _ word: Word, at field: Piece?,
        _ message: @autoclosure () -> String, hint: @autoclosure () -> String?
    ) {
        guard mistakes.count < Self.mistakeLimit else {
            furtherMistakes += 1
            return
        }
        mistakes.append(
            CommandLineMistake(
                severity: severity, word: word.number, text: word.shown, character: field.map { $0.offset + 1 },
                message: message(), hint: hint()))
    }

    /// The address in a field; notes a mistake and gives nil when there is none.
    mutating func address(_ field: Piece, of word: Word, called role: String) -> IPAddress? {
        let inner = field.unbracketed ?? field
        if let address = IPAddress(inner.text) { return address }
        error(
            word, at: field, "\(field.shown) is not an IP address (\(role))",
            hint: field.text.contains(":") ? nil : "an IPv6 address stands in brackets: [2001:db8::1]")
        return nil
    }

    /// The name of an interface in a field; notes a mistake and gives nil when there is none.
    mutating func interfaceName(_ field: Piece, of word: Word) -> String? {
        if Self.isInterfaceName(field.text) { return field.text }
        error(
            word, at: field,
            field.isEmpty ? "the name of an interface is missing" : "\(field.shown) is not the name of an interface",
            hint: "a name has 1 to 15 letters, digits, dots, hyphens or underscores, such as eno1")
        return nil
    }

    /// An interface by name or by hardware address, written with hyphens; notes a mistake and gives nil when it is neither.
    mutating func interface(_ field: Piece, of word: Word) -> InterfaceReference? {
        if let address = MACAddress(field.text), address.isUnicast { return .hardwareAddress(address) }
        return interfaceName(field, of: word).map { .name($0) }
    }

    /// A list of interfaces that a bond or a bridge is made of; nil, with the mistakes noted, when one is wrong.
    mutating func ports(_ field: Piece, of word: Word) -> [InterfaceReference]? {
        var ports: [InterfaceReference] = []
        var seen: Set<InterfaceReference> = []
        var isRight = true
        for piece in field.split(",") {
            guard let port = interface(piece, of: word) else {
                isRight = false
                continue
            }
            if seen.insert(port).inserted {
                ports.append(port)
            } else {
                error(word, at: piece, "\(piece.shown) is named twice")
                isRight = false
            }
        }
        return isRight ? ports : nil
    }

    /// A largest packet size in bytes; notes a mistake and gives nil when it is none.
    mutating func mtu(_ field: Piece, of word: Word) -> Int? {
        if let number = field.number(in: 68...65535) { return number }
        error(
            word, at: field, "\(field.shown) is not a largest packet size (MTU)",
            hint: "write 68 to 65535, usually 1500")
        return nil
    }

    /// Names as Linux takes them, without what would need quoting anywhere.
    static func isInterfaceName(_ text: String) -> Bool {
        let isReserved = ["all", "default", "lo", "bonding_masters"].contains(text)
        guard (1...15).contains(text.utf8.count), !isReserved, !".-_".contains(text.prefix(1)) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
    }
}

extension KernelCommandLine.Word {
    /// The value as a piece; empty when there is none.
    var content: Piece { Piece(text: value ?? "", offset: valueOffset) }

    /// The word for messages: what a terminal can show, cut when long, and no value when that is secret.
    var shown: String {
        guard let value else { return Piece.printable(name) }
        return CommandLineTable.isSecret(name)
            ? Piece.printable(name) + "=..." : Piece.printable("\(name)=\(value)")
    }
}

extension Piece {
    /// The text in quotes, as a terminal can show it.
    var shown: String { "\"\(Self.printable(text))\"" }

    /// At most 60 characters of ASCII; everything else is `?`, because a terminal obeys what it cannot show.
    static func printable(_ text: String) -> String {
        var result = ""
        let scalars = ShownAddress.text(text).unicodeScalars
        for scalar in scalars.prefix(60) {
            result.unicodeScalars.append((0x20...0x7E).contains(scalar.value) ? scalar : "?")
        }
        let isCut = scalars.index(scalars.startIndex, offsetBy: 60, limitedBy: scalars.endIndex) != scalars.endIndex
        return isCut && scalars.dropFirst(60).first != nil ? result + "..." : result
    }

    /// A whole number of at most nine digits in a range; nil when it is none.
    func number(in range: ClosedRange<Int>) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text), range.contains(number)
        else { return nil }
        return number
    }
}
