import Host

/// A node that keeps nothing although it has a place for its state: memory covers `/var` and the state partition.
public enum Statelessness {
    /// Covers both before the system starts. What was stored on the partition stays there, and counts when the node is stateless
    /// because it says so.
    ///
    /// - Parameter root: where the root is mounted
    /// - Throws: when they cannot be covered
    public static func enter(root: String) throws {
        // A live system keeps nothing anyway, and memory may stand in the place of the partition already.
        guard StatePartition(root: root) != nil else { return }
        let state = Path.join(root, StatePartition.mountPoint)
        let stored = Path.join(state, "config")
        let mounts = SystemMounts()
        try Folder.withTemporary(in: Path.join(root, "run"), prefix: "nodewright-stateless") { aside in
            let copy = Path.join(aside, "config")
            if File.kind(stored) == .folder { try Command("cp", ["--archive", stored, copy]).run().check(.device) }
            try mounts.memory(state)
            if File.exists(copy) { try Command("cp", ["--archive", copy, stored]).run().check(.device) }
        }
        let kept = Path.join(root, "var")
        try mounts.memory(kept)
        let first = Path.join(root, "usr/share/factory/var")
        guard File.kind(first) == .folder else { return }
        try Command("cp", ["--archive", "--no-target-directory", first, kept]).run().check(.device)
    }
}
