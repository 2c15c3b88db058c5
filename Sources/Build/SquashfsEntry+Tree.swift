import Artefacts
import Host
import RootTree
import Transfer

extension SquashfsEntry {
    /// A path of the root tree as it goes into the image.
    ///
    /// - Parameter checksums: what `ImageTree.checksums()` has returned
    init(_ entry: TreeEntry, of tree: ImageTree, _ checksums: [String: Checksum]) throws {
        let kind: Kind
        switch entry.kind {
        case .regular(let size):
            guard let checksum = checksums[entry.path] else {
                throw Failure(.internalError, "\"\(entry.path)\" has no checksum")
            }
            kind = .regular(content: tree.content(entry.path), size: size, checksum: checksum)
        case .folder: kind = .folder
        case .link(let target): kind = .link(to: target)
        case .hardLink(let first): kind = .hardLink(to: first)
        case .fifo: kind = .fifo
        }
        self.init(
            path: entry.path, kind: kind, mode: entry.mode, userID: entry.userID, groupID: entry.groupID,
            modified: entry.modified,
            attributes: entry.capabilities.map { [("security.capability", $0.attribute)] } ?? [])
    }
}
