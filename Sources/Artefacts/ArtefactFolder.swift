import CLinux
import Glibc
import Host

/// An artefact that is a folder: written aside, then put into the place of an older one.
enum ArtefactFolder {
    /// Writes the folder; a failure leaves what was there before.
    ///
    /// - Parameters:
    ///   - kind: what it is, for people: `PXE folder`
    ///   - isOne: whether a folder is an older one of the kind, which may be replaced
    ///   - fill: writes the content into the folder that it is given
    /// - Throws: also when something else than an older one or an empty folder is in the way
    static func write(
        to path: String, kind: String, isOne: (String) -> Bool, fill: (_ folder: String) throws -> Void
    ) throws {
        if let found = File.kind(path), try found != .folder || !(isOne(path) || Folder.list(path).isEmpty) {
            throw Failure(
                .invalidInput, "\"\(path)\" is there already and is no \(kind)",
                hint: "move it away, or choose another output folder")
        }
        let work = try Folder.temporary(in: Path.parent(path), prefix: ".\(Path.name(path))")
        defer { try? Folder.remove(work) }
        try during("writing \"\(path)\"") {
            try fill(work)
            chmod(work, 0o755)
            try Folder.syncFileSystem(work)
            // Both change places in one step; what was there before is removed with the name that it has then.
            if File.exists(path) {
                try check("replace \"\(path)\"") { nlinux_exchange(work, path) }
            } else {
                try File.rename(work, to: path)
            }
        }
    }
}
