import Host
import Transfer

/// The fingerprints of the keys by which an SSH client knows this node.
public struct HostKey: Hashable, Sendable {
    /// `ED25519`, `ECDSA`, `RSA`
    public let kind: String
    /// `SHA256:` and the hash in Base64 without padding, as ssh shows it.
    public let fingerprint: String

    private static let kinds = [("ed25519", "ED25519"), ("ecdsa", "ECDSA"), ("rsa", "RSA")]

    /// Those of a node, the one that clients take first; none before the keys are made.
    static func all(root: String) -> [HostKey] {
        kinds.compactMap { name, kind in
            let file = Path.join(root, "etc/ssh/ssh_host_\(name)_key.pub")
            guard let line = SystemFile.line(file) else { return nil }
            let words = line.split(separator: " ")
            guard words.count > 1, let blob = Base64.bytes(words[1]) else { return nil }
            var text = Base64.text(Checksum.of(blob).bytes)[...]
            while text.last == "=" { text = text.dropLast() }
            return HostKey(kind: kind, fingerprint: "SHA256:" + text)
        }
    }
}
