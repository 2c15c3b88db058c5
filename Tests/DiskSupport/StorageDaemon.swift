import Glibc
import Host

/// QEMU's block layer between a file and the kernel: what it is given becomes a file (FUSE), and that a block device (loop).
///
/// So the product's own code runs on a real disk with a volatile cache, whose requests are recorded or fail as told.
public final class StorageDaemon {
    /// Why this cannot be done here; nil when it can.
    public static let obstacle: String? =
        getuid() != 0
        ? "loop devices need root"
        : !File.exists("/dev/loop-control")
            ? "the kernel has no loop devices"
            : !File.exists("/dev/fuse")
                ? "the kernel has no FUSE"
                : Environment.program("qemu-storage-daemon") == nil ? "qemu-storage-daemon is not installed" : nil

    /// The block device.
    public let device: String
    /// What it exports.
    public let file: String
    /// The file with the daemon's id.
    public let process: String
    private var isRunning = true

    /// Starts a daemon.
    ///
    /// - Parameters:
    ///   - nodes: arguments of `--blockdev`; the last must be named `top`
    ///   - folder: for its files
    public init(_ nodes: [String], folder: String, sector: Int = 512) throws {
        let (file, process) = (Path.join(folder, "exported"), Path.join(folder, "daemon.pid"))
        (self.file, self.process) = (file, process)
        try File.write(file, "")
        try Command(
            "qemu-storage-daemon",
            nodes.flatMap { ["--blockdev", $0] } + [
                "--export", "type=fuse,id=export,node-name=top,mountpoint=\(file),writable=on", "--daemonize",
                "--pidfile", process,
            ]
        ).run().check()
        do {
            // Not with direct I/O: QEMU 7.2 mixes up writes that come at the same time.
            let attached = try Command(
                "losetup", ["--find", "--show", "--sector-size", String(sector), file]
            ).run().check()
            device = String(attached.text.prefix { !$0.isNewline })
        } catch {
            Self.end(process)
            throw error
        }
    }

    deinit { stop() }

    /// Detaches the device and ends the daemon; what it was told is in its files afterwards.
    public func stop() {
        guard isRunning else { return }
        isRunning = false
        _ = try? Command("losetup", ["--detach", device]).run()
        Self.end(process)
    }

    /// Lets the kernel forget what it knows of an exported file, so that the next reader asks the daemon.
    public static func forgetCached(_ file: String) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        close(descriptor)
    }

    /// Ends a daemon, also under its device: as a disk that is pulled out.
    public static func end(_ process: String) {
        guard let text = try? File.readText(process), let id = pid_t(text.prefix { !$0.isNewline }), id > 1 else {
            return
        }
        kill(id, SIGTERM)
        for _ in 0..<500 where kill(id, 0) == 0 { usleep(10_000) }
        try? File.remove(process)
    }
}
