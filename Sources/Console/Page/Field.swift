/// Something to fill in on a page.
public struct Field: Sendable {
    /// One of several possibilities.
    public struct Choice: Hashable, Sendable {
        /// What recorded runs call it.
        public let name: String
        /// What people read.
        public let label: String

        /// A choice.
        public init(_ name: String, _ label: String) {
            self.name = name
            self.label = label
        }
    }

    /// How a field is filled in.
    public enum Kind: Sendable {
        /// A line of text; at most so many bytes.
        case text(limit: Int)
        /// A line of text that nobody may see.
        case secret
        /// One of these.
        case choice([Choice])
        /// Yes or no.
        case toggle
    }

    /// What recorded runs call it.
    public let name: String
    /// What people read before it.
    public let label: String
    /// How it is filled in.
    public let kind: Kind
    /// What is in it at first.
    public var value: String
    /// Where that comes from when nobody has typed it here: `kernel command line`.
    public var origin: String?
    /// What may stand there, in a few words.
    public var hint = ""
    /// Whether what was typed stands there again when the page is shown once more; never for what is secret, or confirms.
    public var isRemembered = true
    /// What is wrong with a value, for whoever leaves the field; nil when nothing is.
    public var check: @Sendable (String) -> String? = { _ in nil }

    private init(_ name: String, _ label: String, _ kind: Kind, _ value: String) {
        self.name = name
        self.label = label
        self.kind = kind
        self.value = value
    }

    /// A line of text.
    public static func text(_ name: String, _ label: String, _ value: String = "", limit: Int = 1024) -> Field {
        Field(name, label, .text(limit: limit), value)
    }

    /// A line that nobody may see; it is always empty at first.
    public static func secret(_ name: String, _ label: String) -> Field {
        var field = Field(name, label, .secret, "")
        field.isRemembered = false
        return field
    }

    /// One of several; the first unless `value` names another one.
    public static func choice(_ name: String, _ label: String, _ choices: [Choice], _ value: String = "") -> Field {
        let isThere = choices.contains { $0.name == value }
        return Field(name, label, .choice(choices), isThere ? value : choices.first?.name ?? "")
    }

    /// Yes or no.
    public static func toggle(_ name: String, _ label: String, _ value: Bool) -> Field {
        Field(name, label, .toggle, value ? "yes" : "no")
    }

    /// The same for something that is typed to confirm it.
    public var confirming: Field {
        var field = self
        field.isRemembered = false
        return field
    }

    /// The same with what may stand there.
    public func hinting(_ hint: String) -> Field {
        var field = self
        field.hint = hint
        return field
    }

    /// The same with a check.
    public func checked(_ check: @escaping @Sendable (String) -> String?) -> Field {
        var field = self
        field.check = check
        return field
    }

    /// What of a value may be kept or recorded: nothing of a secret.
    public var isSecret: Bool {
        if case .secret = kind { return true }
        return false
    }
}
