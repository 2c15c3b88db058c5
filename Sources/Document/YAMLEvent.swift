import CYaml

/// One event of libyaml with the place where it starts; `free` gives its memory back, exactly once.
struct YAMLEvent {
    private let event: yaml_event_t
    let position: Position

    init(_ event: yaml_event_t, file: String) {
        self.event = event
        position = Position(file: file, line: event.start_mark.line + 1, column: event.start_mark.column + 1)
    }

    func free() {
        var event = event
        yaml_event_delete(&event)
    }

    var type: yaml_event_type_t { event.type }

    var alias: String { text(event.data.alias.anchor) ?? "" }

    var hasAnchor: Bool {
        switch event.type {
        case YAML_SCALAR_EVENT: event.data.scalar.anchor != nil
        case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.anchor != nil
        case YAML_MAPPING_START_EVENT: event.data.mapping_start.anchor != nil
        default: false
        }
    }

    var tag: String? {
        switch event.type {
        case YAML_SCALAR_EVENT: text(event.data.scalar.tag)
        case YAML_SEQUENCE_START_EVENT: text(event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT: text(event.data.mapping_start.tag)
        default: nil
        }
    }

    /// The scalar as a node: quoted and block scalars are text, plain ones follow the core schema.
    var scalar: Node {
        let bytes = UnsafeBufferPointer(start: event.data.scalar.value, count: event.data.scalar.length)
        let text = String(decoding: bytes, as: UTF8.self)
        let plain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && event.data.scalar.tag == nil
        return Node(plain ? CoreSchema.value(of: text) : .string(text), at: position, text: text)
    }

    private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(decodingCString: $0, as: UTF8.self) }
    }
}
