import Document

/// One key of a mapping together with the property that holds its value.
struct Field<Root: Sendable>: Sendable {
    let description: KeyDescription
    /// Reads a value into the property; false when it is unusable.
    let read: @Sendable (Node, inout Root, Diagnostics) -> Bool
    /// The property as it is written; nil when it is not given.
    let write: @Sendable (Root) -> JSONValue?

    /// A value that may be absent.
    init<Value>(
        _ key: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ form: Form<Value>, _ summary: String,
        example: String, fallback: String? = nil, isRequired: Bool = false
    ) {
        description = Self.describe(key, form, summary, example, fallback, isRequired: isRequired)
        read = { node, root, diagnostics in
            guard let value = form.read(node, key, diagnostics) else { return false }
            root[keyPath: path] = value
            return true
        }
        write = { $0[keyPath: path].map(form.write) }
    }

    /// A value that must be there.
    init<Value>(
        required key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ form: Form<Value>,
        _ summary: String, example: String
    ) {
        description = Self.describe(key, form, summary, example, nil, isRequired: true)
        read = { node, root, diagnostics in
            guard let value = form.read(node, key, diagnostics) else { return false }
            root[keyPath: path] = value
            return true
        }
        write = { form.write($0[keyPath: path]) }
    }

    /// A list or mapping that is not written when it is empty.
    init<Value>(
        part key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ form: Form<Value>, _ summary: String,
        example: String, fallback: String? = nil
    ) {
        description = Self.describe(key, form, summary, example, fallback)
        read = { node, root, diagnostics in
            guard let value = form.read(node, key, diagnostics) else { return false }
            root[keyPath: path] = value
            return true
        }
        write = {
            let value = form.write($0[keyPath: path])
            // Not nil, which is JSON's null here.
            return value == .array([]) || value == .object([JSONValue.Member]()) ? .none : .some(value)
        }
    }

    private static func describe<Value>(
        _ key: String, _ form: Form<Value>, _ summary: String, _ example: String, _ fallback: String?,
        isRequired: Bool = false
    ) -> KeyDescription {
        KeyDescription(
            key: key, summary: summary, example: example, fallback: fallback, isRequired: isRequired,
            form: form.description, check: { node, diagnostics in _ = form.read(node, key, diagnostics) })
    }
}
