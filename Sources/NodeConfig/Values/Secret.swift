/// A text that must never be seen in messages, logs or dumps: a password or its hash.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself, for the one place that needs it.
    public let revealed: String

    /// A secret text.
    public init(_ text: String) { revealed = text }

    /// Never the text.
    public var description: String { "(secret)" }
    /// Never the text.
    public var debugDescription: String { description }
    /// Never the text.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
