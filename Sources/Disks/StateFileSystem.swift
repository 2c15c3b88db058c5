import Host

/// The ext4 of the state partition, at its place on a disk or in an image file; the same features on every host.
public enum StateFileSystem {
    /// What kernels since 5.14 and e2fsprogs since 1.46 know, named so that the host's mke2fs.conf decides nothing.
    private static let features = [
        "none", "has_journal", "ext_attr", "resize_inode", "dir_index", "filetype", "extent", "64bit", "flex_bg",
        "sparse_super", "large_file", "huge_file", "dir_nlink", "extra_isize", "metadata_csum",
    ]

    /// The smallest in bytes; recipes accept no smaller one either.
    public static let smallest = 64 << 20

    /// Looks whether a partition is large enough.
    ///
    /// - Throws: `.invalidInput` when it is not
    public static func checkSize(_ size: Int) throws {
        guard size >= smallest else {
            throw Failure(
                .invalidInput, "a state partition of \(size >> 20) MiB is too small",
                hint: "give it at least \(smallest >> 20) MiB (installation: sizes: state)")
        }
    }

    /// Makes the file system.
    ///
    /// - Parameters:
    ///   - content: a folder whose content it gets; nil for none
    ///   - epoch: seconds since 1970 for all times in it; nil for the time of day
    ///   - isNew: whether the place is known to hold zeros, and is to stay sparse
    public static func make(
        on disk: String, partition: Partition, identifier: UUID, content: String? = nil, epoch: Int? = nil,
        isNew: Bool, progress: @escaping ProgressSink
    ) throws {
        // Tables that nobody has used yet are left to the running kernel. The journal is not, where old data could be taken
        // for a part of it; it is small then, so that this takes a moment.
        let lazy = "lazy_itable_init=1,lazy_journal_init=\(isNew ? 1 : 0),nodiscard"
        let journal = !isNew && partition.size >= 2 << 30 ? ["-J", "size=64"] : []
        var environment = ["MKE2FS_CONFIG": "/dev/null"]
        if let epoch {
            environment["E2FSPROGS_FAKE_TIME"] = String(epoch)
            environment["SOURCE_DATE_EPOCH"] = String(epoch)
        }
        try Command(
            "mke2fs",
            [
                "-q", "-F", "-t", "ext4", "-b", "4096", "-I", "256", "-i", "16384", "-m", "1", "-L", "state",
                "-O", features.joined(separator: ","), "-U", identifier.description,
            ] + journal + (content.map { ["-d", $0] } ?? []) + [
                "-E", "offset=\(partition.start),hash_seed=\(identifier),root_owner=0:0,\(lazy)", disk,
                "\(partition.size >> 10)k",
            ], environment: environment, progress: progress
        ).run().check(.device)
    }

    /// Looks whether the file system is whole, without changing it.
    public static func verify(on disk: String, partition: Partition, progress: @escaping ProgressSink) throws {
        // e2fsck(8): file systems inside of a disk are named so.
        try Command("e2fsck", ["-fn", "\(disk)?offset=\(partition.start)"], progress: progress).run().check(.device)
    }
}
