/// Language and keyboard.
public struct LocaleSettings: Hashable, Sendable {
    /// A locale, such as `en_US.UTF-8`.
    public var language: String?
    /// A keymap of the console, such as `de-nodeadkeys`.
    public var keyboard: String?

    /// Nothing given.
    public init() {}
}
