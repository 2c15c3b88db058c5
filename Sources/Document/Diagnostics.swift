import Host

/// Collects every mistake of one run, so that a person can repair them all at once.
public final class Diagnostics {
    /// What was found, in the order of finding.
    public private(set) var items: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []

    /// An empty collection.
    public init() {}

    /// Whether the document cannot be used.
    public var hasErrors: Bool { items.contains { $0.severity == .error } }

    /// What was found, by file and place.
    public var sorted: [Diagnostic] { items.sorted { $0.position < $1.position } }

    /// Adds a mistake; the same mistake at the same place is kept once.
    public func add(_ diagnostic: Diagnostic) {
        if seen.insert(diagnostic).inserted { items.append(diagnostic) }
    }

    /// Adds something that makes the document unusable.
    public func error(at position: Position, _ message: String, hint: String? = nil) {
        add(Diagnostic(.error, at: position, message, hint: hint))
    }

    /// Adds something that is probably not meant.
    public func warning(at position: Position, _ message: String, hint: String? = nil) {
        add(Diagnostic(.warning, at: position, message, hint: hint))
    }

    /// Throws the first error, if there is one, as a `Failure` of the given class.
    public func throwFirst(as status: ExitStatus = .invalidInput) throws {
        if let first = sorted.first(where: { $0.severity == .error }) { throw first.failure(status) }
    }
}
