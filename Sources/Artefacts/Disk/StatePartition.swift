import Disks
import Host

/// The empty ext4 of the state partition, at an offset of the image file; the same bytes at every run and on every host.
struct StatePartition {
    /// What kernels since 5.14 and e2fsprogs since 1.46 know, named so that the host's mke2fs.conf decides nothing.
    private static let features = [
        "none", "has_journal", "ext_attr", "resize_inode", "dir_index", "filetype", "extent", "64bit", "flex_bg",
        "sparse_super", "large_file", "huge_file", "dir_nlink", "extra_isize", "metadata_csum",
    ]

    let image: String
    let partition: Partition
    let epoch: Int
    let progress: ProgressSink

    /// Makes the file system.
    func write(identifier: UUID) throws {
        try Command(
            "mke2fs",
            [
                "-q", "-F", "-t", "ext4", "-b", "4096", "-I", "256", "-i", "16384", "-m", "1", "-L", "state",
                "-O", Self.features.joined(separator: ","), "-U", identifier.description, "-E",
                // Tables that nobody has used yet are left to the running kernel, so that the image stays sparse.
                "offset=\(partition.start),hash_seed=\(identifier),root_owner=0:0,lazy_itable_init=1,"
                    + "lazy_journal_init=1,nodiscard",
                image, "\(partition.size >> 10)k",
            ],
            environment: [
                "MKE2FS_CONFIG": "/dev/null", "E2FSPROGS_FAKE_TIME": String(epoch), "SOURCE_DATE_EPOCH": String(epoch),
            ], progress: progress
        ).run().check()
    }
}
