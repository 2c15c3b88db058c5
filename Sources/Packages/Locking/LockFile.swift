import Host

/// The lock beside a recipe: `hypervisor.lock.json` beside `hypervisor.yaml`.
public struct LockFile: Sendable {
    /// Where the file is.
    public let path: String

    /// A lock at a path.
    public init(path: String) { self.path = path }

    /// The lock of a recipe.
    public init(recipe: String) {
        let plain =
            [".yaml", ".yml"].first(where: recipe.hasSuffix).map { String(recipe.dropLast($0.count)) } ?? recipe
        path = plain + ".lock.json"
    }

    /// The lock that a build follows.
    ///
    /// A lock that is there and answers the request is taken as it is, without looking at the repositories. Otherwise the
    /// packages are resolved; nothing is written.
    ///
    /// - Parameter locked: refuse when the lock is missing or was made for something else
    /// - Throws: `.invalidInput` with what differs when `locked`
    public func lock(
        _ section: Lock.Section = .image, for request: ResolutionRequest, with resolver: Resolver, locked: Bool,
        progress: ProgressSink = silent
    ) throws -> Lock {
        guard File.exists(path) else {
            if locked {
                throw Failure(
                    .invalidInput, "there is no lock \"\(path)\"",
                    hint: "write it with \"nodewright resolve\", or leave out \"--locked\"")
            }
            return try resolver.resolve(request)
        }
        let lock = try Lock.read(path, section)
        if lock.answers(request) { return lock }
        if !locked {
            progress(.warning("\"\(path)\" was made for other packages or repositories and is not used"))
            return try resolver.resolve(request)
        }
        let differences = lock.differences(to: try resolver.resolve(request))
        throw Failure(
            .invalidInput, "\"\(path)\" was made for other packages or repositories",
            hint: "make it anew with \"nodewright resolve\"",
            details: differences.isEmpty
                ? ["the request has changed, the packages have not"] : Self.shortened(differences))
    }

    /// The first lines, and how many more there are.
    private static func shortened(_ lines: [String]) -> [String] {
        lines.count <= 20 ? lines : lines.prefix(20) + ["and \(lines.count - 20) more"]
    }
}
