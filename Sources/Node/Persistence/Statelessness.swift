import Host

/// A node that keeps nothing although it has a place for its state: memory takes the place of `/var` and the state partition.
public enum Statelessness {
    /// Replaces both before the system starts. What was stored on the partition stays there, and counts when the node is stateless
    /// because it says so.
    ///
    /// The partition is not mounted afterwards, rather than covered: nothing can reach it, and nothing has to be undone in the
    /// right order when the node stops.
    ///
    /// - Parameter root: where the root is mounted
    /// - Throws: when they cannot be replaced
    public static func enter(root: String) throws {
        // A live system keeps nothing anyway, and memory may stand in the place of the partition already.
        guard StatePartition(root: root) != nil else { return }
        let state = Path.join(root, StatePartition.mountPoint)
        let stored = Path.join(state, "config")
        let kept = Path.join(root, "var")
        let mounts = SystemMounts()
        try Folder.withTemporary(in: Path.join(root, "run"), prefix: "nodewright-stateless") { aside in
            let copy = Path.join(aside, "config")
            if File.kind(stored) == .folder { try Command("cp", ["--archive", stored, copy]).run().check(.device) }
            // /var is a part of the partition.
            for folder in [kept, state] {
                try mounts.unmount(folder)
                try mounts.memory(folder)
            }
            if File.exists(copy) { try Command("cp", ["--archive", copy, stored]).run().check(.device) }
        }
        let first = Path.join(root, "usr/share/factory/var")
        guard File.kind(first) == .folder else { return }
        try Command("cp", ["--archive", "--no-target-directory", first, kept]).run().check(.device)
    }
}
