public import Document
public import Host

/// Plays a recorded run: for each page the answer that was written down, or what stands there already.
///
/// The document is a list; each element names a page, what is filled in there, and what is done on it:
///
///     - page: hostname
///       hostname: node1.example.org
///     - page: network
///       action: test
///
/// A page that the next element does not name is left as it is, with what Enter does.
public final class RecordedPresenter: Presenter {
    private struct Entry {
        let page: String
        let position: Position
        var answer: PageAnswer
    }

    private var entries: [Entry] = []
    private let say: (String) -> Void
    /// The pages that were shown, for people.
    private var asked: String?

    /// Reads a recorded run.
    ///
    /// - Parameter say: hears what happens, a line at a time
    /// - Throws: `.invalidInput` naming what is wrong with it
    public init(_ document: Node, say: @escaping (String) -> Void) throws {
        self.say = say
        guard let elements = document.sequence else {
            throw Failure(
                .invalidInput, "\(document.position): recorded answers are a list, but this is \(document.kind)",
                hint: "begin with \"- page: hostname\"")
        }
        for element in elements {
            guard let page = element["page"]?.string else {
                throw Failure(.invalidInput, "\(element.position): this names no page", hint: "add \"page: hostname\"")
            }
            var answer = PageAnswer("")
            for entry in element.mapping ?? [] where entry.key != "page" {
                guard let text = Self.text(entry.value) else {
                    throw Failure(.invalidInput, "\(entry.value.position): a text is expected, not \(entry.value.kind)")
                }
                if entry.key == "action" { answer.action = text } else { answer.values[entry.key] = text }
            }
            entries.append(Entry(page: page, position: element.position, answer: answer))
        }
    }

    private static func text(_ node: Node) -> String? { node.bool.map { $0 ? "yes" : "no" } ?? node.text }

    /// The answer that was written down for the page.
    ///
    /// - Throws: `.invalidInput` when a recorded answer is not taken, or names what the page does not have
    public func ask(_ page: Page) throws -> PageAnswer {
        let isNext = entries.first?.page == page.name
        if let complaint = page.complaint, !isNext {
            throw Failure(.invalidInput, "page \"\(page.name)\" does not take this: \(complaint.text)")
        }
        say("page \(page.name): \(page.title)")
        var answer = PageAnswer(
            page.actions.first?.name ?? Page.Action.next.name,
            Dictionary(page.fields.map { ($0.name, $0.value) }) { $1 })
        guard isNext else {
            guard asked != page.name else { throw PresenterEnd.hangup }
            asked = page.name
            return answer
        }
        let entry = entries.removeFirst()
        asked = nil
        for (name, value) in entry.answer.values {
            guard let field = page[name] else {
                throw Failure(
                    .invalidInput, "\(entry.position): page \"\(page.name)\" has no field \"\(name)\"",
                    hint: "its fields: " + page.fields.map(\.name).joined(separator: ", "))
            }
            if let mistake = try Self.mistake(value, in: field) {
                throw Failure(.invalidInput, "\(entry.position): \(name): \(mistake)")
            }
            answer.values[name] = value
        }
        if !entry.answer.action.isEmpty {
            guard page.actions.contains(where: { $0.name == entry.answer.action }) else {
                throw Failure(
                    .invalidInput, "\(entry.position): page \"\(page.name)\" has no action \"\(entry.answer.action)\"",
                    hint: "its actions: " + page.actions.map(\.name).joined(separator: ", "))
            }
            answer.action = entry.answer.action
        }
        return answer
    }

    private static func mistake(_ value: String, in field: Field) throws -> String? {
        if case .choice(let choices) = field.kind, !choices.contains(where: { $0.name == value }) {
            return "\"\(value)\" is none of: " + choices.map(\.name).joined(separator: ", ")
        }
        return field.check(value)
    }

    /// Says that there is one.
    public func show(_ lines: [String]) -> Bool {
        say("a drawing of \(lines.count) lines")
        return true
    }

    /// There is no terminal.
    public var showsBlocks: Bool { false }

    /// Does the work and says how far it is.
    public func work<Value>(
        _ title: String, _ body: (@escaping ProgressSink) throws -> Value
    ) throws -> Value {
        say(title)
        return try body(silent)
    }

    /// Recorded answers that no page has asked for, each as where it stands and its page.
    public var unused: [String] { entries.map { "\($0.position): page \"\($0.page)\" was not shown" } }
}
