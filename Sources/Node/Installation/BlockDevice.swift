import Host

/// A block device by its number, as mounts name it.
struct BlockDevice {
    /// `/dev/loop0`
    let path: String
    /// Bytes.
    let size: Int
    /// The disk that it is a partition of, else itself: `/dev/sda`.
    let disk: String

    /// - Parameters:
    ///   - number: `7:0`
    ///   - root: `/`, or a fixture
    init?(number: String, root: String) {
        let link = Path.join(root, "sys/dev/block/\(number)")
        guard let target = try? File.linkTarget(link),
            let sectors = SystemFile.line(Path.join(link, "size")).flatMap({ Int($0) }), sectors < 1 << 53
        else { return nil }
        let name = Path.name(target)
        path = "/dev/" + name.replacing("!", with: "/")
        size = sectors * 512
        let isPartition = File.exists(Path.join(link, "partition"))
        disk = isPartition ? "/dev/" + Path.name(Path.parent(target)).replacing("!", with: "/") : path
    }
}
