import Host

/// A public SSH key as a line of `authorized_keys` (sshd(8)) without options.
public struct SSHPublicKey: Hashable, Sendable, CustomStringConvertible {
    private static let types: Set<String> = [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ]

    /// `ssh-ed25519`
    public let type: String
    /// The key itself, as it travels (RFC 4253, 6.6): what its fingerprint is made of.
    public let blob: [UInt8]
    /// Whose it is, for people; empty when nobody says.
    public let comment: String

    /// The key in a line; nil when it is none, has options in front of it, or is more than one line.
    public init?(_ line: String) {
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard !line.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }),
            parts.count >= 2, Self.types.contains(String(parts[0])), let blob = Base64.bytes(parts[1]),
            blob.count > 4 + parts[0].utf8.count
        else { return nil }
        // The key begins with the length and the name of its own type.
        let name = Array(parts[0].utf8)
        guard Array(blob.prefix(4)) == [0, 0, 0, UInt8(name.count)], Array(blob.dropFirst(4).prefix(name.count)) == name
        else { return nil }
        type = String(parts[0])
        self.blob = blob
        comment = parts.count > 2 ? String(parts[2]) : ""
    }

    /// The line, without its end.
    public var description: String { "\(type) \(Base64.text(blob))" + (comment.isEmpty ? "" : " " + comment) }
}
