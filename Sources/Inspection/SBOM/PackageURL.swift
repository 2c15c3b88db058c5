import Packages

extension PackageFacts {
    /// The package's URL (purl, type `rpm`): `pkg:rpm/fedora/bash@5.2-1.fc43?arch=x86_64&upstream=bash-5.2-1.fc43.src.rpm`.
    var packageURL: String {
        var parts = ["arch=" + Self.escaped(architecture)]
        if epoch != 0 { parts.append("epoch=\(epoch)") }
        if let source { parts.append("upstream=" + Self.escaped(source)) }
        let namespace = namespace.map { Self.escaped($0) + "/" } ?? ""
        return "pkg:rpm/\(namespace)\(Self.escaped(name))@\(Self.escaped("\(version)-\(release)"))?"
            + parts.joined(separator: "&")
    }

    /// The distribution, as vulnerability databases name it; another vendor's name in the form of an identifier.
    private var namespace: String? {
        let vendor = vendor.lowercased()
        for (word, name) in [("fedora", "fedora"), ("centos", "centos"), ("red hat", "redhat")]
        where vendor.contains(word) {
            return name
        }
        let words = vendor.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? nil : words.joined(separator: "-")
    }

    /// Percent-encoded, all but the unreserved characters of RFC 3986.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                return String(character)
            }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }
}
