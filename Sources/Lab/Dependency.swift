import Host

/// One dependency in RPM's terms: `openssh`, `glibc >= 2.34`, `(a if b)`.
struct Dependency: Hashable, Sendable {
    var name: String
    /// RPMSENSE bits: less 2, greater 4, equal 8, and why the dependency exists (script, interpreter).
    var flags: UInt32 = 0
    var version = ""

    static let scriptPre: UInt32 = 1 << 9
    static let scriptPost: UInt32 = 1 << 10
    static let interpreter: UInt32 = 1 << 8
    static let configuration: UInt32 = 1 << 28
    static let library: UInt32 = 1 << 24

    init(_ name: String, flags: UInt32 = 0, version: String = "") {
        self.name = name
        self.flags = flags
        self.version = version
    }

    /// Reads the text form that spec files use; rich dependencies stay one name.
    init(parsing text: String) throws {
        let words = text.split(separator: " ").map(String.init)
        if text.hasPrefix("("), text.hasSuffix(")"), words.count > 1 {
            self.init(text)
            return
        }
        if words.count == 1 {
            self.init(words[0])
            return
        }
        guard words.count == 3, let flags = Dependency.comparison(words[1]) else {
            throw Failure(
                .invalidInput, "\"\(text)\" is not a dependency",
                hint: "write \"name\", \"name >= version\" or \"(a if b)\"")
        }
        self.init(words[0], flags: flags, version: words[2])
    }

    static func comparison(_ text: String) -> UInt32? {
        switch text {
        case "<": 2
        case ">": 4
        case "=": 8
        case "<=": 10
        case ">=": 12
        default: nil
        }
    }

    var isRich: Bool { name.hasPrefix("(") && name.contains(" ") }
}
