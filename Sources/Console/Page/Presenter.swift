public import Host

/// Shows pages to a person and brings back what was filled in: full-screen, line by line, or from a recording.
public protocol Presenter: AnyObject {
    /// Shows a page until something is done on it.
    ///
    /// - Throws: `PresenterEnd`
    func ask(_ page: Page) throws -> PageAnswer

    /// Shows a drawing on a screen of its own until a key is pressed.
    ///
    /// - Parameter lines: trusted text, half blocks included
    /// - Returns: false when the terminal is too small for it; nothing is shown then
    /// - Throws: `PresenterEnd`
    func show(_ lines: [String]) throws -> Bool

    /// Whether the terminal has other characters than those of ASCII.
    var showsBlocks: Bool { get }

    /// Shows how far some work is while `body` does it.
    func work<Value>(_ title: String, _ body: (@escaping ProgressSink) throws -> Value) throws -> Value
}

/// Why nobody answers any more.
public enum PresenterEnd: Error, Sendable {
    /// The terminal is gone, or the recording is at its end.
    case hangup
    /// Nobody has pressed a key for a long time.
    case idle
    /// Somebody wants to leave without an end (Ctrl-C).
    case interrupted
}
