import Host
import NodeConfig
import Transfer

/// A profile of NetworkManager that the node configuration asks for: one keyfile.
///
/// Its UUID is made from all that it says, and so is the name of its file. A changed interface is therefore a new profile
/// beside the old one, and going back means to forget the new one: the old one was never touched.
public struct NetworkProfile: Hashable, Sendable {
    /// What the names of our files begin with; other files belong to others.
    static let prefix = "nodewright-"
    private static let suffix = ".nmconnection"

    /// The interface's name in the node configuration.
    public let name: String
    /// The profile's UUID.
    public let uuid: String
    /// The kernel's name of the device that NetworkManager makes for it; nil for a card.
    public let madeDevice: String?
    /// Whether it belongs to a bond or a bridge, and so has no addresses of its own.
    public let isPort: Bool
    /// The content of the keyfile.
    public let text: String

    /// The name of the keyfile.
    public var file: String { Self.prefix + name + "-" + uuid.prefix(8) + Self.suffix }

    /// A profile whose UUID follows from its content.
    ///
    /// - Parameter body: the keyfile without its `uuid`, which is put in after `id`
    init(name: String, madeDevice: String?, isPort: Bool, body: Keyfile) {
        self.name = name
        self.madeDevice = madeDevice
        self.isPort = isPort
        uuid = Self.uuid(of: body.text)
        text = body.adding("uuid", uuid, to: "connection").text
    }

    /// Whether a file in NetworkManager's folder is one of ours.
    static func isOurs(_ file: String) -> Bool { file.hasPrefix(prefix) && file.hasSuffix(suffix) }

    /// The interface's name in the name of one of our files.
    static func name(ofFile file: String) -> String {
        String(file.dropFirst(prefix.count).dropLast(suffix.count + 9))
    }

    /// A UUID of version 8 (RFC 9562: made in a way of one's own), from SHA-256.
    private static func uuid(of text: String) -> String {
        var digits = Array(Checksum.of(Array(text.utf8)).hex.prefix(32))
        digits[12] = "8"
        digits[16] = Array("89ab")[(digits[16].hexDigitValue ?? 0) & 3]
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        return parts.joined(separator: "-")
    }
}
