/// What a slot's menu entry says is in it: what GRUB really starts, and not a note beside it.
public struct InstalledEntry: Hashable, Sendable {
    /// A menu entry has some hundred bytes.
    static let limit = 1 << 16

    /// `hypervisor 1.2`; nil when the entry has another form than ours.
    public let title: String?
    /// The hash over the root file system, in hexadecimal.
    public let rootHash: String?

    /// Reads `slot.cfg`.
    init(_ text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        let heading = lines.first { $0.hasPrefix("menuentry ") } ?? ""
        let end = heading.firstRange(of: " (slot ")
        title = end.map { heading[..<$0.lowerBound] }.map {
            let quoted = String($0.dropFirst("menuentry ".count))
            return String(quoted.hasPrefix("'") ? quoted.dropFirst() : quoted[...]).replacing("'\\''", with: "'")
        }
        let words = lines.lazy.flatMap { $0.split(separator: " ") }
        rootHash = words.first { $0.hasPrefix("roothash=") }.map { String($0.dropFirst("roothash=".count)) }
            .flatMap { hash in
                hash.utf8.count == 64 && hash.allSatisfy(\.isHexDigit) ? hash.lowercased() : nil
            }
    }
}
