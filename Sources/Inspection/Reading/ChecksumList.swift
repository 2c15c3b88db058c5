/// A `SHA256SUMS`, as sha256sum(1) writes it.
struct ChecksumList {
    /// The name of such a file.
    static let name = "SHA256SUMS"
    /// A larger one is not read, in bytes.
    static let limit = 1 << 20

    /// The SHA-256 in hexadecimal by name.
    let sums: [String: String]

    init(_ text: String) {
        var sums: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].utf8.count == 64 else { continue }
            sums[String(parts[1].drop { $0 == " " || $0 == "*" })] = parts[0].lowercased()
        }
        self.sums = sums
    }
}
