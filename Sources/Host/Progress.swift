/// What a long job tells whoever watches; libraries send it, only the commands render it.
public enum ProgressEvent: Sendable {
    /// A phase begins.
    /// - total: how much there is to do, in bytes or items; nil when unknown
    case started(phase: String, total: Int?, unit: ProgressUnit)
    /// So much of the phase is done.
    case advanced(phase: String, done: Int, total: Int?)
    /// The phase ended well; `note` is one line for people ("253 packages, 180 MB").
    case finished(phase: String, note: String)
    /// The phase had nothing to do, because its result is in the cache.
    case reused(phase: String, note: String)
    /// Something that people should know and that stops nothing.
    case warning(String)
    /// The exact command that is about to run; shown with `--verbose`.
    case command(String)
}

/// What the numbers of a phase count.
public enum ProgressUnit: String, Sendable {
    case bytes, items
}

/// Receives events, from any thread.
public typealias ProgressSink = @Sendable (ProgressEvent) -> Void

/// A sink that hears nothing.
public let silent: ProgressSink = { _ in }
