import Host

/// The name under which an engine knows a machine for ever, as VDSM makes it: the UUID of its firmware in small letters.
public struct UniqueID: Hashable, Sendable, CustomStringConvertible {
    /// Where VDSM and the engine's own tools look for it.
    static let file = "etc/vdsm/vdsm.id"

    /// UUIDs that many machines have, because their makers never set one; without hyphens.
    private static let junk: Set<String> = [
        "03000200040005000006000700080009", "00020003000400050006000700080009", "12345678123456789012345678901234",
        "1234567812345678123456789abcdef0", "12345678123456789abccddeeffaabbc", "123456781234567890abcddeefaabbcc",
        "11111111222233334444555555555555",
        "fefefefefefefefefefefefefefefefe", "00000000000000000000000000000001", "ffffffff00000000ffffffff00000000",
        "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a", "01010101010101010101010101010101",
        "4c4c4544000010108010800000000000",
    ]

    /// The id.
    public let text: String

    /// The id in a text: an engine takes letters, digits and `.:_-` from it and forgets everything else.
    init?(_ text: String) {
        let allowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard allowed, (8...128).contains(text.utf8.count) else { return nil }
        self.text = text
    }

    /// The id of the firmware; nil for none, or one that is not its own.
    init?(firmware text: String) {
        guard let id = MachineID(text), !Self.junk.contains(id.text), Set(id.text).count > 1 else { return nil }
        self.init(Self.hyphenated(id.text))
    }

    /// A random id.
    static func random() -> UniqueID { UniqueID(trusted: hyphenated(MachineID.random().text)) }

    private init(trusted: String) { text = trusted }

    private static func hyphenated(_ digits: String) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    /// The id of a node: the one that is stored, else the firmware's, else a random one; then stored.
    ///
    /// - Parameters:
    ///   - root: `/`, or a fixture
    ///   - store: what survives a restart
    static func establish(root: String, store: RegistrationStore) throws -> UniqueID {
        let file = Path.join(root, Self.file)
        let found =
            [SystemFile.line(file), store.uniqueID].lazy.compactMap { $0.flatMap { UniqueID($0) } }.first
            ?? SystemFile.line(Path.join(root, "sys/class/dmi/id/product_uuid")).flatMap { UniqueID(firmware: $0) }
            ?? .random()
        try Folder.create(Path.parent(file))
        try SystemFile.update(file, to: found.text + "\n")
        try store.keep(uniqueID: found.text)
        return found
    }

    /// The id.
    public var description: String { text }
}
