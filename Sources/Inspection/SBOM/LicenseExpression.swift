/// What a package's license text is to a bill of materials.
enum LicenseExpression: Equatable {
    /// An SPDX license expression (SPDX 2.3, annex D) whose identifiers are all on the list.
    case expression(String)
    /// Anything else, in the packager's own words.
    case text(String)
    /// The package does not say.
    case none

    /// Reads the license tag of an RPM package.
    init(_ tag: String) {
        let words = Self.words(tag)
        if words.isEmpty {
            self = .none
        } else {
            var rest = words[...]
            self =
                Self.takesAlternatives(&rest) && rest.isEmpty ? .expression(words.joined(separator: " ")) : .text(tag)
        }
    }

    private static func words(_ text: String) -> [String] {
        text.replacing("(", with: " ( ").replacing(")", with: " ) ").split { $0.isWhitespace }.map(String.init)
    }

    /// `license (AND|OR license)*`; takes what it reads.
    private static func takesAlternatives(_ words: inout ArraySlice<String>, depth: Int = 0) -> Bool {
        guard depth < 16, takesLicense(&words, depth: depth) else { return false }
        while words.first == "AND" || words.first == "OR" {
            words.removeFirst()
            guard takesLicense(&words, depth: depth) else { return false }
        }
        return true
    }

    private static func takesLicense(_ words: inout ArraySlice<String>, depth: Int) -> Bool {
        guard let word = words.popFirst() else { return false }
        if word == "(" { return takesAlternatives(&words, depth: depth + 1) && words.popFirst() == ")" }
        guard SPDXLicenseList.licenses.contains(word) else { return false }
        guard words.first == "WITH" else { return true }
        words.removeFirst()
        return words.popFirst().map(SPDXLicenseList.exceptions.contains) ?? false
    }
}
