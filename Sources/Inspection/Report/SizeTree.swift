import Document
import Packages

/// Named sizes within one another: what the treemap of a report shows.
struct SizeTree {
    /// What people read.
    var name: String
    /// Bytes of this and of all below.
    var bytes: Int
    /// One line more; nil for none.
    var note: String?
    var children: [SizeTree] = []

    /// For the page's script.
    var json: JSONValue {
        var members: [JSONValue.Member] = [.init("name", .string(name)), .init("bytes", .integer(bytes))]
        if let note { members.append(.init("note", .string(note))) }
        if !children.isEmpty { members.append(.init("children", .array(children.map(\.json)))) }
        return .object(members)
    }

    /// The folders of a root file system, uncompressed.
    ///
    /// Files smaller than a two-thousandth of all come together as one, so that the page stays small.
    /// - Parameter owners: the package of a path
    static func folders(_ entries: [RootFileSystem.Entry], owners: [String: String]) -> SizeTree {
        final class Folder {
            var bytes = 0
            var folders: [String: Folder] = [:]
            var files: [(name: String, bytes: Int, path: String)] = []
        }
        let root = Folder()
        for entry in entries where entry.isFile {
            let parts = entry.path.split(separator: "/").map(String.init)
            guard let name = parts.last, parts.count <= depthLimit else { continue }
            var folder = root
            folder.bytes += entry.size
            for part in parts.dropLast() {
                let next = folder.folders[part] ?? Folder()
                folder.folders[part] = next
                next.bytes += entry.size
                folder = next
            }
            folder.files.append((name, entry.size, entry.path))
        }
        let smallest = max(1, root.bytes / 2000)
        func tree(_ name: String, _ folder: Folder) -> SizeTree {
            var children: [SizeTree] = []
            var small = (count: 0, bytes: 0)
            for (name, child) in folder.folders {
                if child.bytes < smallest {
                    small = (small.count + 1, small.bytes + child.bytes)
                } else {
                    children.append(tree(name + "/", child))
                }
            }
            for file in folder.files {
                if file.bytes < smallest {
                    small = (small.count + 1, small.bytes + file.bytes)
                } else {
                    children.append(
                        SizeTree(name: file.name, bytes: file.bytes, note: owners[file.path].map { "from \($0)" }))
                }
            }
            if small.bytes > 0 { children.append(SizeTree(name: "\(small.count) smaller", bytes: small.bytes)) }
            return SizeTree(
                name: name, bytes: folder.bytes, children: children.sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
            )
        }
        return tree("/", root)
    }

    /// Folders nested more deeply are left out: no image has them, but a hostile one could.
    private static let depthLimit = 64

    /// The packages, together by the request of the recipe that brought them in.
    static func requests(_ manifest: ImageManifest) -> SizeTree {
        var groups: [String: [SizeTree]] = [:]
        for package in manifest.packages {
            let chain = manifest.chain(from: package.facts.name)
            let group = manifest.request(of: chain)?.text ?? chain.last.map { "\($0.reason)" } ?? "unknown"
            groups[group, default: []].append(
                SizeTree(name: package.facts.name, bytes: package.bytes, note: "\(package.reason)"))
        }
        let added = manifest.files.filter { file in file.place == nil || file.bytes > 0 }
        let own = added.reduce(0) { $0 + $1.bytes }
        var children = groups.map { name, packages in
            SizeTree(
                name: name, bytes: packages.reduce(0) { $0 + $1.bytes },
                children: packages.sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) })
        }
        if own > 0 { children.append(SizeTree(name: "no package", bytes: own, note: "\(added.count) files")) }
        return SizeTree(
            name: "Packages", bytes: children.reduce(0) { $0 + $1.bytes },
            children: children.sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) })
    }
}
