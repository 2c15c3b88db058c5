import Glibc
import Host

/// The paths of a squashfs as a tree, with a number for each inode.
///
/// Whatever is in a folder is described before the folder itself, because that names where its members are described.
struct SquashfsTree {
    /// A path that has an inode of its own.
    struct Node {
        let entry: SquashfsEntry
        /// The node of the folder that it is in; nil for the root.
        let parent: Int?
        /// Members of a folder in byte order of their names.
        var children: [(name: String, node: Int)] = []
        /// How many paths lead to it.
        var names = 1
        /// From 1.
        var inode = 0

        var isFolder: Bool { if case .folder = entry.kind { true } else { false } }

        /// The type bits of stat(2).
        var fileType: UInt16 {
            switch entry.kind {
            case .regular, .hardLink: UInt16(Glibc.S_IFREG)
            case .folder: UInt16(Glibc.S_IFDIR)
            case .link: UInt16(Glibc.S_IFLNK)
            case .fifo: UInt16(Glibc.S_IFIFO)
            }
        }
    }

    /// The first is the root.
    private(set) var nodes: [Node] = []
    /// The nodes in the order in which their inodes are written.
    private(set) var steps: [Int] = []

    /// How many inodes there are; their numbers go from 1 to this one.
    var inodeCount: Int { steps.count }

    /// - Parameter entries: parents before what is in them, the root first
    init(_ entries: [SquashfsEntry]) throws {
        var byPath: [String: Int] = [:]
        for entry in entries {
            guard byPath[entry.path] == nil else { throw Self.wrong(entry, "is there twice") }
            var parent: Int?
            if !nodes.isEmpty {
                guard let found = byPath[Path.parent(entry.path)], nodes[found].isFolder else {
                    throw Self.wrong(entry, "is in no folder")
                }
                parent = found
            }
            var node = nodes.count
            if case .hardLink(let first) = entry.kind {
                guard let target = byPath[first], case .regular = nodes[target].entry.kind else {
                    throw Self.wrong(entry, "is another name of nothing")
                }
                nodes[target].names += 1
                node = target
            } else {
                nodes.append(Node(entry: entry, parent: parent))
            }
            byPath[entry.path] = node
            if let parent { nodes[parent].children.append((Path.name(entry.path), node)) }
        }
        guard nodes.first?.isFolder == true else { throw Failure(.internalError, "a squashfs needs a root") }
        for node in nodes.indices {
            nodes[node].children.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        }
        number(0)
    }

    private mutating func number(_ folder: Int) {
        let children = nodes[folder].children.map(\.node)
        for child in children where nodes[child].isFolder { number(child) }
        for child in children where !nodes[child].isFolder && nodes[child].inode == 0 { take(child) }
        take(folder)
    }

    private mutating func take(_ node: Int) {
        steps.append(node)
        nodes[node].inode = steps.count
    }

    private static func wrong(_ entry: SquashfsEntry, _ what: String) -> Failure {
        Failure(.internalError, "\"\(entry.path)\" \(what) in the tree of a squashfs")
    }
}
