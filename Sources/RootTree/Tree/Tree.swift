import Glibc
import Host

/// An installed root tree at a folder of the build host; its paths are resolved as a process inside it would see them.
public struct Tree: Sendable {
    /// Where a path of the tree leads.
    public struct Resolution: Sendable, Equatable {
        /// The path without links, from the root of the tree.
        public let path: String
        /// Every link that was followed, in order, as paths whose folders contain no links.
        public let links: [String]
    }

    /// As many links as the kernel follows (`MAXSYMLINKS`).
    private static let linkLimit = 40

    /// The folder on the build host.
    public let folder: String

    /// The tree at `folder`.
    public init(_ folder: String) { self.folder = Path.absolute(folder) }

    /// The path on the build host of a path that contains no links; no check is made.
    public func host(_ path: String) -> String { Path.join(folder, path) }

    /// Follows every link of `path` inside the tree; no link, absolute or relative, leads out of it.
    ///
    /// - Returns: nil when something on the way is missing or is no folder
    /// - Throws: when links form a loop
    public func resolve(_ path: String) throws -> Resolution? {
        var waiting = Self.components(path)
        var done: [String] = []
        var links: [String] = []
        while let component = waiting.popLast() {
            if component == ".." {
                _ = done.popLast()
                continue
            }
            let here = "/" + (done + [component]).joined(separator: "/")
            switch File.kind(host(here)) {
            case nil:
                return nil
            case .link:
                links.append(here)
                guard links.count <= Self.linkLimit else {
                    throw Failure(.invalidInput, "too many links on the way to \"\(path)\" in the root tree")
                }
                let target = try File.linkTarget(host(here))
                if target.hasPrefix("/") { done = [] }
                waiting += Self.components(target)
            case .folder:
                done.append(component)
            case .regular, .other:
                guard waiting.isEmpty else { return nil }
                done.append(component)
            }
        }
        return Resolution(path: "/" + done.joined(separator: "/"), links: links)
    }

    /// The content of a file of the tree; nil when it is not there.
    public func read(_ path: String, limit: Int = 256 << 20) throws -> [UInt8]? {
        guard let found = try resolve(path), File.kind(host(found.path)) == .regular else { return nil }
        return try File.read(host(found.path), limit: limit)
    }

    /// The lines of a text file of the tree; none when it is not there. Bytes that are not UTF-8 become U+FFFD.
    public func lines(_ path: String) throws -> [Substring] {
        guard let bytes = try read(path) else { return [] }
        return bytes.split(separator: 0x0A).map { Substring(String(decoding: $0, as: UTF8.self)) }
    }

    /// The names in a folder of the tree, sorted by their bytes; none when it is not there.
    public func list(_ path: String) throws -> [String] {
        guard let found = try resolve(path), File.kind(host(found.path)) == .folder else { return [] }
        return try Folder.list(host(found.path))
    }

    /// The components in reverse, so that the next one is the last of the array.
    private static func components(_ path: String) -> [String] {
        path.split(separator: "/").reversed().filter { $0 != "." }.map(String.init)
    }
}
