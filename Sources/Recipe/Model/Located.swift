public import Document

/// A value of a recipe together with the place where it is written, through all includes.
public struct Located<Value: Sendable & Hashable>: Sendable, Hashable {
    /// The value.
    public let value: Value
    /// The file, line and column it comes from.
    public let position: Position

    /// A value from a place.
    public init(_ value: Value, at position: Position) {
        self.value = value
        self.position = position
    }
}
