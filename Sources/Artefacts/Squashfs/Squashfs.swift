import CLinux
import Glibc
import Host

/// The root file system: a squashfs made by `mksquashfs` from a tar stream.
///
/// The stream brings owner, mode, time, capabilities and order of every file, so nothing is read from the build host's
/// disk and the image does not depend on it.
public struct Squashfs: Sendable {
    /// How blocks are compressed.
    public enum Compression: Sendable, Equatable {
        /// Fast to read; levels 1 (fast to build) to 22 (small).
        case zstd(level: Int)
        /// Smallest, slowest to read; with the filter for x86 code.
        case xz
    }

    /// How blocks are compressed.
    public var compression = Compression.zstd(level: 19)
    /// Bytes that are compressed as one: larger is smaller on disk and slower to read at random. 4 KiB to 1 MiB, a power of two.
    public var blockSize = 1 << 20
    /// Seconds since 1970: the time of the file system, and the latest that a file may have.
    public var epoch: Int
    /// How many threads compress.
    public var processors = processorCount()
    /// Hears commands, and the bytes of the stream as phase `squashfs`.
    public var progress: ProgressSink

    /// A file system whose times end at `epoch`.
    public init(epoch: Int, progress: @escaping ProgressSink = silent) {
        self.epoch = epoch
        self.progress = progress
    }

    /// Makes the file system at `path` from the tar stream that `stream` writes.
    ///
    /// Written aside and renamed: a failure leaves what was there before.
    /// - Parameter stream: writes an uncompressed tar archive to the descriptor, which it must not close
    public func write(to path: String, _ stream: (_ descriptor: Int32) throws -> Void) throws {
        try Folder.create(Path.parent(path))
        try during("writing \"\(path)\"") { try File.replace(path) { try run(into: $0, stream) } }
    }

    private func run(into path: String, _ stream: (Int32) throws -> Void) throws {
        var ends: [Int32] = [-1, -1]
        try check("make a pipe") { nlinux_pipe(&ends) }
        // Larger than the default 64 KiB, so that writer and compressor wait less for each other; a refusal does no harm.
        let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ
        _ = fcntl(ends[1], setPipeSize, 1 << 20)
        signal(SIGPIPE, SIG_IGN)
        let input = ends[0]
        let program = Job(command(path, input: input))
        let thread = try Thread {
            program.run()
            // Nobody reads any more: the writer gets an error instead of waiting for ever.
            close(input)
        }
        var writing: (any Error)?
        do { try stream(ends[1]) } catch { writing = error }
        close(ends[1])
        thread.join()
        // When the program failed, the writer's broken pipe is only the consequence.
        let result = try program.result()
        if let writing, result.status == 0 { throw writing }
        try result.check()
        if let writing { throw writing }
    }

    func command(_ path: String, input: Int32) -> Command {
        var arguments = ["-", path, "-tar", "-noappend", "-no-progress", "-quiet", "-b", String(blockSize)]
        switch compression {
        case .zstd(let level): arguments += ["-comp", "zstd", "-Xcompression-level", String(level)]
        case .xz: arguments += ["-comp", "xz", "-Xbcj", "x86"]
        }
        // The root folder does not come from the stream: without these anybody may write to it, and sshd refuses all keys.
        arguments += ["-root-mode", "0755", "-root-uid", "0", "-root-gid", "0"]
        // mksquashfs would take a quarter of all memory for its queues.
        arguments += ["-mem", "256M", "-processors", String(processors)]
        // Options for times and the variable exclude each other; the variable keeps the times of old files.
        return Command(
            "mksquashfs", arguments, environment: ["SOURCE_DATE_EPOCH": String(epoch)], input: .descriptor(input),
            progress: progress)
    }
}
