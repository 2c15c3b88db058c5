import Disks
import Glibc
import Host

/// A real block device over a sparse file.
public struct LoopDevice {
    /// The block device.
    public let path: String
    private let file: String

    /// nil when this is not root, or the kernel has no loop devices.
    public init?(megabytes: Int, sector: Int, file: String? = nil, isReadOnly: Bool = false) throws {
        guard getuid() == 0, File.exists("/dev/loop-control") else { return nil }
        let name = file ?? "/tmp/nodewright-loop-\(getpid())-\(sector)-\(megabytes)"
        self.file = name
        _ = try DiskFile.create(name, size: megabytes << 20)
        let result = try Command(
            "losetup",
            ["--find", "--show", "--partscan", "--sector-size", String(sector), name]
                + (isReadOnly ? ["--read-only"] : [])
        ).run()
        guard result.status == 0 else {
            try File.remove(name)
            return nil
        }
        path = String(result.text.prefix { !$0.isNewline })
    }

    /// Detaches it and removes the file.
    public func detach() {
        _ = try? Command("losetup", ["--detach", path]).run()
        try? File.remove(file)
    }
}
