import Glibc
import Host

/// QEMU's block layer between a file and the kernel: what it is given becomes a file (FUSE), and that a block device (loop).
///
/// So the product's own code runs on a real disk with a volatile cache, whose requests are recorded or fail as told.
final class StorageDaemon {
    /// Why this cannot be done here; nil when it can.
    static let obstacle: String? =
        getuid() != 0
        ? "loop devices need root"
        : !File.exists("/dev/loop-control")
            ? "the kernel has no loop devices"
            : !File.exists("/dev/fuse")
                ? "the kernel has no FUSE"
                : Environment.program("qemu-storage-daemon") == nil ? "qemu-storage-daemon is not installed" : nil

    /// The block device.
    let device: String
    private let process: String
    private var isRunning = true

    /// - Parameters:
    ///   - nodes: arguments of `--blockdev`; the last must be named `top`
    ///   - folder: for its files
    init(_ nodes: [String], folder: String, sector: Int = 512) throws {
        let (file, process) = (Path.join(folder, "exported"), Path.join(folder, "daemon.pid"))
        self.process = process
        try File.write(file, "")
        try Command(
            "qemu-storage-daemon",
            nodes.flatMap { ["--blockdev", $0] } + [
                "--export", "type=fuse,id=export,node-name=top,mountpoint=\(file),writable=on", "--daemonize",
                "--pidfile", process,
            ]
        ).run().check()
        do {
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
    func stop() {
        guard isRunning else { return }
        isRunning = false
        _ = try? Command("losetup", ["--detach", device]).run()
        Self.end(process)
    }

    /// Ends the daemon under the device, as a disk that is pulled out.
    func vanish() { Self.end(process) }

    private static func end(_ process: String) {
        guard let text = try? File.readText(process), let id = pid_t(text.prefix { !$0.isNewline }), id > 1 else {
            return
        }
        kill(id, SIGTERM)
        for _ in 0..<500 where kill(id, 0) == 0 { usleep(10_000) }
        try? File.remove(process)
    }
}
