/// A Debian version (`[epoch:]upstream[-revision]`) and its counterpart in RPM's terms.
///
/// Epochs are dropped, because those of Debian and Fedora have nothing to do with each other; a missing revision becomes 1.
struct DebianVersion: Hashable, Sendable {
    let epoch: Int
    let upstream: String
    let revision: String?

    init(_ text: String) {
        var rest = Substring(text)
        if let colon = rest.firstIndex(of: ":"), let epoch = Int(rest[..<colon]) {
            self.epoch = epoch
            rest = rest[rest.index(after: colon)...]
        } else {
            epoch = 0
        }
        if let dash = rest.lastIndex(of: "-") {
            upstream = String(rest[..<dash])
            revision = String(rest[rest.index(after: dash)...])
        } else {
            upstream = String(rest)
            revision = nil
        }
    }

    /// RPM's Version: no dash is allowed in it.
    var version: String { String(upstream.map { $0 == "-" ? "_" : $0 }) }

    /// RPM's Release.
    var release: String { revision ?? "1" }

    /// A relation of Debian (`>> 2.36`) in RPM's terms.
    ///
    /// Without a revision, Debian's `>> 2.36` holds for 2.36-1 (RPM: `>=`, since RPM then ignores the release), and
    /// `<= 2.36` does not (RPM: `<`).
    static func relation(_ comparison: String, _ text: String) -> (flags: UInt32, version: String)? {
        let version = DebianVersion(text)
        let converted = version.revision.map { "\(version.version)-\($0)" } ?? version.version
        let bare = version.revision == nil
        switch comparison {
        case "<<": return (2, converted)
        case "<=": return (bare ? 2 : 10, converted)
        case "=": return (8, converted)
        case ">=": return (12, converted)
        case ">>": return (bare ? 12 : 4, converted)
        default: return nil
        }
    }

    /// Whether this one is newer, by Debian's own order: `~` before everything, letters before other characters.
    func isNewer(than other: DebianVersion) -> Bool {
        if epoch != other.epoch { return epoch > other.epoch }
        let order = Self.compare(upstream, other.upstream)
        return order != 0 ? order > 0 : Self.compare(revision ?? "0", other.revision ?? "0") > 0
    }

    private static func compare(_ left: String, _ right: String) -> Int {
        func weight(_ byte: UInt8?) -> Int {
            guard let byte, !(0x30...0x39).contains(byte) else { return 0 }
            if byte == 0x7E { return -1 }
            let isLetter = (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            return isLetter ? Int(byte) : Int(byte) + 256
        }
        let a = Array(left.utf8)
        let b = Array(right.utf8)
        var i = 0
        var j = 0
        func isDigit(_ bytes: [UInt8], _ index: Int) -> Bool {
            index < bytes.count && (0x30...0x39).contains(bytes[index])
        }
        while i < a.count || j < b.count {
            while (i < a.count && !isDigit(a, i)) || (j < b.count && !isDigit(b, j)) {
                let order = weight(i < a.count ? a[i] : nil) - weight(j < b.count ? b[j] : nil)
                if order != 0 { return order }
                i += 1
                j += 1
            }
            while isDigit(a, i), a[i] == 0x30 { i += 1 }
            while isDigit(b, j), b[j] == 0x30 { j += 1 }
            var first = 0
            while isDigit(a, i), isDigit(b, j) {
                if first == 0 { first = Int(a[i]) - Int(b[j]) }
                i += 1
                j += 1
            }
            if isDigit(a, i) { return 1 }
            if isDigit(b, j) { return -1 }
            if first != 0 { return first }
        }
        return 0
    }
}
