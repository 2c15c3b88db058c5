import Document
import Host

/// The stored configurations of one slot: numbered generations, of which one is current.
///
/// `N.yaml` is written aside, made durable and renamed; then `current`, a link to one of them, is replaced by renaming. So a
/// power cut leaves the old generation or the new one in force, and never a part of one. Only root can read them.
public struct ConfigurationStore: Sendable {
    /// One stored configuration.
    public struct Generation: Hashable, Sendable {
        /// Its number, from 1; later ones have larger numbers.
        public let number: Int
        /// The file.
        public let path: String
        /// Whether it is in force.
        public let isCurrent: Bool
        /// By whom it was written; nil when the file does not say.
        public let note: String?
        /// Where its values came from when they were stored: the name of an input by path, a list counting as one value.
        public let sources: [String: String]
    }

    /// How many generations are kept.
    public static let limit = 5

    private static let link = "current"

    /// The folder of the slot's generations.
    public let folder: String

    /// The store in a folder, which is made when something is stored.
    public init(folder: String) { self.folder = folder }

    /// The generations that there are, the oldest first.
    ///
    /// - Throws: when the folder is there but cannot be read
    public func generations() throws -> [Generation] {
        guard File.kind(folder) == .folder else { return [] }
        let current = currentNumber()
        return try numbers().map { number in
            let path = self.path(number)
            let header = GenerationHeader((try? File.read(path, limit: NodeConfiguration.sizeLimit)) ?? [])
            return Generation(
                number: number, path: path, isCurrent: number == current, note: header.author, sources: header.sources)
        }
    }

    /// The configuration in force; nil when none is stored.
    ///
    /// When the current generation cannot be read (a damaged disk, a newer form), the latest earlier one that can be read is
    /// taken, so that a node that was configured once comes up.
    /// - Parameter warn: hears of generations that were passed over, and why
    public func current(warn: (String) -> Void) -> (generation: Generation, input: ConfigurationInput)? {
        let all: [Generation]
        do {
            all = try generations()
        } catch {
            warn("the stored configuration cannot be read: \(error)")
            return nil
        }
        // Without a link, as after a power cut in the very first write, the newest is meant.
        let newest = all.first { $0.isCurrent }?.number ?? .max
        for generation in all.reversed() where generation.number <= newest {
            let diagnostics = Diagnostics()
            do {
                let bytes = try wholeContent(generation.path)
                if let input = ConfigurationInput(.stored, bytes, file: generation.path, diagnostics),
                    NodeConfiguration.read(input.tree, diagnostics) != nil
                {
                    return (generation, input)
                }
            } catch let failure {
                warn("generation \(generation.number) of the stored configuration is passed over: \(failure)")
                continue
            }
            let reason = diagnostics.sorted.first { $0.severity == .error }?.message ?? "it cannot be read"
            warn("generation \(generation.number) of the stored configuration is passed over: \(reason)")
        }
        return nil
    }

    /// Stores a configuration and makes it current; one that is current already is not stored again.
    ///
    /// - Parameters:
    ///   - author: who writes it, for people: `nodectl apply`
    ///   - sources: where the values came from, by path
    /// - Returns: the number of the generation
    /// - Throws: when it cannot be written; what was current stays so
    @discardableResult
    public func write(_ configuration: NodeConfiguration, by author: String, sources: [String: String] = [:]) throws
        -> Int
    {
        try Folder.create(folder, mode: 0o700)
        return try locked {
            if let current = current(warn: { _ in }), current.generation.isCurrent,
                NodeConfiguration.read(current.input.tree, Diagnostics()) == configuration
            {
                return current.generation.number
            }
            let earlier = try numbers()
            let number = (earlier.last ?? 0) + 1
            let header = GenerationHeader(author: author, sources: sources)
            try File.write(path(number), header.text + configuration.yaml + GenerationHeader.end, mode: 0o600)
            try makeCurrent(number)
            for old in (earlier + [number]).dropLast(Self.limit) { try File.remove(path(old)) }
            return number
        }
    }

    /// Makes an earlier generation current.
    ///
    /// - Parameter number: which one; the one before the current one unless given
    /// - Returns: that generation
    /// - Throws: `.nothingToDo` when there is none before or it is current already, `.invalidInput` when there is none of that
    ///   number or it cannot be read
    @discardableResult
    public func rollBack(to number: Int? = nil) throws -> Generation {
        guard File.kind(folder) == .folder else { throw Failure(.nothingToDo, "no configuration is stored") }
        return try locked {
            let all = try generations()
            let current = all.first { $0.isCurrent } ?? all.last
            guard let current else { throw Failure(.nothingToDo, "no configuration is stored") }
            let target: Generation?
            if let number {
                target = all.first { $0.number == number }
                if target == nil {
                    throw Failure(
                        .invalidInput, "there is no generation \(number)",
                        hint: "there are \(all.map { "\($0.number)" }.joined(separator: ", "))")
                }
            } else {
                target = all.last { $0.number < current.number }
            }
            guard let target else {
                throw Failure(.nothingToDo, "there is no generation before the current one (\(current.number))")
            }
            guard !target.isCurrent else {
                throw Failure(.nothingToDo, "generation \(target.number) is current already")
            }
            _ = try during("generation \(target.number)") {
                try NodeConfiguration.read(wholeContent(target.path), file: target.path)
            }
            try makeCurrent(target.number)
            return target
        }
    }

    /// The content of a generation.
    ///
    /// - Throws: also when a damaged disk has cut it off, which YAML does not show
    private func wholeContent(_ path: String) throws -> [UInt8] {
        let bytes = try File.read(path, limit: NodeConfiguration.sizeLimit)
        guard GenerationHeader.isWhole(bytes) else {
            throw Failure(.invalidInput, "its end is missing")
        }
        return bytes
    }

    private func path(_ number: Int) -> String { Path.join(folder, "\(number).yaml") }

    /// The numbers of the generations in ascending order; other files are not ours.
    private func numbers() throws -> [Int] {
        try Folder.list(folder).compactMap { name in
            guard name.hasSuffix(".yaml"), let number = Int(name.dropLast(5)), number > 0, "\(number).yaml" == name,
                File.kind(Path.join(folder, name)) == .regular
            else { return nil }
            return number
        }.sorted()
    }

    private func currentNumber() -> Int? {
        let path = Path.join(folder, Self.link)
        guard File.kind(path) == .link, let target = try? File.linkTarget(path), target.hasSuffix(".yaml") else {
            return nil
        }
        // A bare name: what points out of the folder is not ours.
        return Int(target.dropLast(5)).flatMap { File.kind(self.path($0)) == .regular ? $0 : nil }
    }

    private func makeCurrent(_ number: Int) throws {
        try File.replaceLink(Path.join(folder, Self.link), to: "\(number).yaml")
    }

    private func locked<Value>(_ body: () throws -> Value) throws -> Value {
        let lock = try FileLock(Path.join(folder, ".lock"))
        defer { lock.release() }
        return try body()
    }
}
