import CLinux
import Glibc
import Host
public import Sandbox

/// An installed tree that stays as it is, and the changes made on top of it, as one tree.
///
/// Changes go to an overlay file system whose layers lie in the stage folder; where overlays cannot be mounted, a copy is worked
/// on. Only for use inside a worker: the mounts end with it.
public struct WorkingTree: Sendable {
    /// The installed tree, read only.
    public let base: String
    /// The folder of the changes, made by `prepare`.
    public let stage: String

    /// The tree at `base` with the changes in `stage`.
    public init(base: String, stage: String) {
        self.base = Path.absolute(base)
        self.stage = Path.absolute(stage)
    }

    private var upper: String { Path.join(stage, "upper") }
    private var copy: String { Path.join(stage, "tree") }
    private var merged: String { Path.join(stage, "merged") }

    /// Mounts the tree for changes; the stage folder must be new or empty.
    public func prepare(rung: Rung) throws -> Tree {
        for folder in [stage, upper, merged, Path.join(stage, "work")] { try Folder.create(folder) }
        do {
            guard rung != .chrootOnly else { throw Failure(.incompatible, "no mounts without namespaces") }
            try mountOverlay(lower: base, upper: upper, work: Path.join(stage, "work"), on: merged, rung: rung)
            return Tree(merged)
        } catch is Failure {
            try Folder.remove(upper)
            try TreeCopy.copy(base, to: copy)
            return Tree(copy)
        }
    }

    /// The finished tree for reading; any number of workers may have it at once.
    public func open(rung: Rung) throws -> Tree {
        if File.exists(copy) { return Tree(copy) }
        let attributes = rung == .root ? "" : ",userxattr"
        // Two lower layers and no upper one: nothing can change, and nobody else's mount is in the way.
        try check("mount an overlay on \"\(merged)\"") {
            mount("overlay", merged, "overlay", UInt(MS_RDONLY), "lowerdir=\(upper):\(base)\(attributes)")
        }
        return Tree(merged)
    }
}
