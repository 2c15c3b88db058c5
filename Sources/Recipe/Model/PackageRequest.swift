public import Document

/// One line of a recipe's `packages:`.
public struct PackageRequest: Sendable, Hashable {
    /// What is to be done with the packages that the text names.
    public enum Action: Sendable, Hashable {
        /// Install; finding none is an error.
        case install
        /// Never install, even when something recommends it.
        case exclude
    }

    /// What the text names.
    public enum Kind: String, Sendable, Hashable {
        /// A name, NEVRA, file or other provide.
        case name
        /// A pattern of names with `*`, `?` or `[…]`.
        case glob
        /// A comps group or environment by its id, without the `@`.
        case group
    }

    /// Install or exclude.
    public var action: Action
    /// How the text is to be understood.
    public var kind: Kind
    /// The text without the leading `-` or `@`.
    public var text: String
    /// Where the recipe says so.
    public var position: Position
}
