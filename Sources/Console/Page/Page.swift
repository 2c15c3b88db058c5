/// One page of questions, as data: what draws it, asks it line by line or plays a recorded run needs nothing else.
public struct Page: Sendable {
    /// What can be done on it, besides filling it in.
    public struct Action: Hashable, Sendable {
        /// What recorded runs call it: `next`.
        public let name: String
        /// What people read on its button: `Next`.
        public let label: String

        /// An action.
        public init(_ name: String, _ label: String) {
            self.name = name
            self.label = label
        }

        /// Goes on to what follows.
        public static let next = Action("next", "Next")
        /// Goes back to what was before; what was filled in is kept.
        public static let back = Action("back", "Back")
    }

    /// What recorded runs call it: `hostname`.
    public let name: String
    /// What people read above it.
    public let title: String
    /// Paragraphs above the fields.
    public var text: [String] = []
    /// Lines that keep their breaks, such as a document; long ones are scrolled through.
    public var listing: [String] = []
    /// What is filled in.
    public var fields: [Field] = []
    /// More about it, for whoever asks: paragraphs.
    public var help: [String] = []
    /// What can be done; the first is what Enter does.
    public var actions: [Action]
    /// What happens by itself when nobody does anything in time.
    public var countdown: Countdown?
    /// Why the page is shown once more.
    public var complaint: Complaint?

    /// A page without fields.
    public init(_ name: String, _ title: String, actions: [Action] = [.next, .back]) {
        self.name = name
        self.title = title
        self.actions = actions
    }

    /// The field of a name.
    public subscript(name: String) -> Field? { fields.first { $0.name == name } }

    /// Why the page is shown once more, with the label of the field that has to be changed; nil when it is shown for the first time.
    var complaintText: String? {
        complaint.map { complaint in
            (complaint.field.flatMap { self[$0]?.label }.map { $0 + ": " } ?? "") + complaint.text
        }
    }

    /// What people read on an action's button.
    func label(of action: String) -> String? { actions.first { $0.name == action }?.label }
}

/// What happens to a page by itself.
public struct Countdown: Hashable, Sendable {
    /// Seconds until then.
    public var seconds: Int
    /// The name of the action.
    public var action: String

    /// A countdown.
    public init(_ seconds: Int, _ action: String) {
        self.seconds = seconds
        self.action = action
    }
}

/// Why an answer was not taken.
public struct Complaint: Hashable, Sendable {
    /// The field that has to be changed; nil for the page as a whole.
    public var field: String?
    /// What is wrong, and what to do.
    public var text: String

    /// A complaint.
    public init(_ text: String, field: String? = nil) {
        self.text = text
        self.field = field
    }
}

/// What somebody has filled in on a page, and what shall happen now.
public struct PageAnswer: Hashable, Sendable {
    /// The name of the action.
    public var action: String
    /// The values by the names of the fields; those of toggles are `yes` and `no`, those of choices the names of choices.
    public var values: [String: String]

    /// An answer.
    public init(_ action: String, _ values: [String: String] = [:]) {
        self.action = action
        self.values = values
    }

    /// The value of a field without blanks around it; empty when there is none.
    public subscript(name: String) -> String {
        Self.trimmed(values[name] ?? "")
    }

    /// A text without blanks around it.
    static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.first == " " || text.first == "\t" { text = text.dropFirst() }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
