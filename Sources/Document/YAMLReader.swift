import CYaml

/// Turns libyaml's events into a tree.
///
/// The depth is checked at every opening event: libyaml itself takes a time that grows with the square of the depth, so the
/// reading has to stop before.
final class YAMLReader {
    /// The text is broken in a way that ends the reading; the reason has been recorded.
    private struct Stopped: Error {}

    private let bytes: UnsafeBufferPointer<UInt8>
    private let file: String
    private let diagnostics: Diagnostics
    private var parser = yaml_parser_t()
    private let ready: Bool

    /// Where the events come from and where mistakes go.
    ///
    /// The bytes must stay valid as long as the reader lives.
    init(_ bytes: UnsafeBufferPointer<UInt8>, file: String, diagnostics: Diagnostics) {
        self.bytes = bytes
        self.file = file
        self.diagnostics = diagnostics
        ready = yaml_parser_initialize(&parser) == 1
        guard ready else { return }
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
    }

    deinit { if ready { yaml_parser_delete(&parser) } }

    /// The one document of the text.
    func document() -> Node? {
        guard ready else {
            diagnostics.error(at: .whole(file), "libyaml has no memory to start with")
            return nil
        }
        do {
            var root = Node(.null, at: Position(file: file))
            var documents = 0
            while true {
                let event = try nextEvent()
                defer { event.free() }
                switch event.type {
                case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT: continue
                case YAML_STREAM_END_EVENT: return root
                case YAML_DOCUMENT_START_EVENT:
                    documents += 1
                    if documents > 1 {
                        throw stop(
                            at: event.position, "a second document starts here", hint: "keep one document in a file")
                    }
                    let first = try nextEvent()
                    defer { first.free() }
                    root = try node(first, depth: 0)
                default: throw stop(at: event.position, "unexpected content")
                }
            }
        } catch {
            return nil
        }
    }

    private func stop(at position: Position, _ message: String, hint: String? = nil) -> Stopped {
        diagnostics.error(at: position, message, hint: hint)
        return Stopped()
    }

    private func nextEvent() throws -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { throw syntaxError() }
        return YAMLEvent(event, file: file)
    }

    /// Reports what libyaml says about the text, with a hint for the mistakes that people make most.
    private func syntaxError() -> Stopped {
        let problem = parser.problem.map { String(cString: $0) } ?? "the text cannot be read"
        guard parser.error != YAML_READER_ERROR else {
            let place = Position.of(offset: parser.problem_offset, in: Array(bytes), file: file)
            return stop(at: place, problem, hint: "remove this character, or write it as an escape in double quotes")
        }
        let mark = parser.problem_mark
        let place = Position(file: file, line: mark.line + 1, column: mark.column + 1)
        let context = parser.context.map { " " + String(cString: $0) } ?? ""
        return stop(at: place, problem + context, hint: hint(problem, mark))
    }

    private func hint(_ problem: String, _ mark: yaml_mark_t) -> String? {
        let offset = byteOffset(mark)
        let found = offset < bytes.count ? bytes[offset] : nil
        switch found {
        case 0x09: return "use spaces for indentation, not tabs"
        case 0x40, 0x60, 0x25: return "a value that begins with \"@\", \"`\" or \"%\" must be in quotes"
        case 0x2A, 0x26: return "a value that begins with \"*\" or \"&\" must be in quotes"
        default: break
        }
        if problem.contains("mapping values are not allowed") {
            return "put a text that contains \": \" in quotes, or check the indentation"
        }
        if problem.contains("did not find expected") || problem.contains("could not find expected") {
            return "check the indentation here and in the line before"
        }
        return nil
    }

    /// libyaml counts characters; the text is in bytes.
    private func byteOffset(_ mark: yaml_mark_t) -> Int {
        var line = 0
        var offset = 0
        while line < mark.line, offset < bytes.count {
            if bytes[offset] == 0x0A { line += 1 }
            offset += 1
        }
        var column = 0
        while offset < bytes.count, column < mark.column {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            column += 1
        }
        return offset
    }

    private func node(_ event: YAMLEvent, depth: Int) throws -> Node {
        checkProperties(event)
        switch event.type {
        case YAML_SCALAR_EVENT: return event.scalar
        case YAML_ALIAS_EVENT:
            diagnostics.error(
                at: event.position, "aliases are not accepted",
                hint: "a value that begins with \"*\" must be in quotes; otherwise write the value out")
            return Node(.string("*" + event.alias), at: event.position)
        case YAML_SEQUENCE_START_EVENT: return try sequence(from: event, depth: depth + 1)
        case YAML_MAPPING_START_EVENT: return try mapping(from: event, depth: depth + 1)
        default: throw stop(at: event.position, "expected a value")
        }
    }

    private func checkProperties(_ event: YAMLEvent) {
        if event.type != YAML_ALIAS_EVENT, event.hasAnchor {
            diagnostics.error(
                at: event.position, "anchors are not accepted",
                hint: "a value that begins with \"&\" must be in quotes; otherwise write the value out where it is used"
            )
        }
        if event.tag != nil {
            diagnostics.error(
                at: event.position, "tags are not accepted",
                hint:
                    "a value that begins with \"!\", such as a password, must be in quotes; put text that looks like a number in quotes, too"
            )
        }
    }

    private func checkDepth(_ event: YAMLEvent, _ depth: Int) throws {
        guard depth > JSON.depthLimit else { return }
        throw stop(at: event.position, "lists and mappings nest deeper than \(JSON.depthLimit) levels")
    }

    private func sequence(from start: YAMLEvent, depth: Int) throws -> Node {
        try checkDepth(start, depth)
        var nodes: [Node] = []
        while true {
            let event = try nextEvent()
            defer { event.free() }
            if event.type == YAML_SEQUENCE_END_EVENT { return Node(.sequence(nodes), at: start.position) }
            nodes.append(try node(event, depth: depth))
        }
    }

    private func mapping(from start: YAMLEvent, depth: Int) throws -> Node {
        try checkDepth(start, depth)
        var entries: [Node.Entry] = []
        var lines: [String: Int] = [:]
        while true {
            let keyEvent = try nextEvent()
            defer { keyEvent.free() }
            if keyEvent.type == YAML_MAPPING_END_EVENT { return Node(.mapping(entries), at: start.position) }
            let key = try node(keyEvent, depth: depth)
            let valueEvent = try nextEvent()
            defer { valueEvent.free() }
            let value = try node(valueEvent, depth: depth)
            guard let text = key.text, !key.isNull else {
                diagnostics.error(at: key.position, "a key must be text, but this is \(key.kind)")
                continue
            }
            if let line = lines[text] {
                diagnostics.error(
                    at: key.position, "the key \"\(text)\" is given twice", hint: "it is given first in line \(line)")
                continue
            }
            lines[text] = key.position.line
            entries.append(Node.Entry(key: text, position: key.position, value: value))
        }
    }
}
