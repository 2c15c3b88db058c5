import Glibc
import Host
import Synchronization
import Transfer

/// The SHA-256 of every file of a squashfs, computed while unsquashfs writes all content, one file behind the other, into a pipe:
/// nothing is unpacked to disk.
struct FileDigests {
    /// The SHA-256 in hexadecimal by path.
    let digests: [String: String]

    /// A header larger than this is refused, in bytes.
    private static let headerLimit = 64 << 20

    init(_ root: RootFileSystem, progress: @escaping ProgressSink) throws {
        digests = try Folder.withTemporary(prefix: "nodewright-inspect") { folder in
            let pipe = Path.join(folder, "pipe")
            try check("make a pipe") { mkfifo(pipe, 0o600) }
            // Opened without waiting: a program that fails never opens the other end.
            let descriptor = try check("open a pipe") { open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
            defer { close(descriptor) }
            let end = RunningEnd()
            let command = Command(
                "unsquashfs",
                ["-quiet", "-no-progress", "-o", String(root.region.offset), "-pf", pipe, root.region.file],
                progress: progress)
            let thread = try Thread { end.finish(Result { try command.run() }) }
            var reader = StreamReader()
            var failure: (any Error)?
            do {
                try Self.drain(descriptor, until: { end.isFinished }) { try reader.take($0) }
            } catch {
                failure = error
                // The program must come to its end, whatever it still writes.
                try? Self.drain(descriptor, until: { end.isFinished }) { _ in }
            }
            thread.join()
            let result = try end.result()
            guard result.status == 0, failure == nil else {
                throw Failure(
                    .invalidInput, "the squashfs \"\(root.region.name)\" cannot be read", hint: RootFileSystem.damaged,
                    details: result.errorTail.split(separator: "\n").suffix(3).map(String.init))
            }
            return try reader.finish()
        }
    }

    private static func drain(
        _ descriptor: Int32, until isFinished: () -> Bool, _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            // Asked before reading: what was written before the end is read after it.
            let last = isFinished()
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                try body(buffer[..<count])
            } else if count == 0 || errno == EAGAIN {
                if last { return }
                var waiting = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
                // Nobody has opened the other end yet, or nothing is there; a closed end would not be waited for.
                if poll(&waiting, 1, 50) > 0, waiting[0].revents & Int16(POLLIN) == 0 { usleep(2000) }
            } else if errno != EINTR {
                throw systemFailure(errno, "read a pipe")
            }
        }
    }

    /// What the thread that runs the program leaves behind.
    private final class RunningEnd: Sendable {
        private let outcome = Mutex<Result<Command.Result, any Error>?>(nil)

        var isFinished: Bool { outcome.withLock { $0 != nil } }

        func finish(_ result: Result<Command.Result, any Error>) { outcome.withLock { $0 = result } }

        func result() throws -> Command.Result {
            guard let result = outcome.withLock({ $0 }) else {
                throw Failure(.internalError, "unsquashfs has not run")
            }
            return try result.get()
        }
    }

    /// Reads the stream: lines about paths, a mark, then the content of all files.
    struct StreamReader: ~Copyable {
        private var header: [UInt8] = []
        private var isInHeader = true
        private var files: [(path: String, offset: Int, size: Int)] = []
        private var next = 0
        private var position = 0
        private var digest = Digest()
        private var digests: [String: String] = [:]

        private static let mark = Array("# START OF DATA - DO NOT MODIFY\n#\n".utf8)

        mutating func take(_ bytes: ArraySlice<UInt8>) throws {
            guard isInHeader else { return try content(bytes) }
            // The mark may lie across two pieces.
            let start = max(0, header.count - Self.mark.count)
            header += bytes
            guard let place = Self.find(Self.mark, in: header, from: start) else {
                guard header.count <= FileDigests.headerLimit else {
                    throw Failure(.invalidInput, "the list of files is too long")
                }
                return
            }
            isInHeader = false
            read(header[..<place])
            let rest = header[(place + Self.mark.count)...]
            header = []
            try content(rest)
        }

        mutating func finish() throws -> [String: String] {
            try content([])
            guard next == files.count else { throw Failure(.invalidInput, "the content of files is missing") }
            return digests
        }

        private static func find(_ mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
            guard bytes.count >= mark.count else { return nil }
            var place = start
            while place <= bytes.count - mark.count {
                if bytes[place] == mark[0], bytes[place..<(place + mark.count)].elementsEqual(mark) { return place }
                place += 1
            }
            return nil
        }

        /// Lines such as `etc/motd R 1700000000 644 0 0 SIZE OFFSET SPARSE`; a space in a path has a backslash before it.
        private mutating func read(_ header: ArraySlice<UInt8>) {
            for line in header.split(separator: 0x0A) {
                var path: [UInt8] = []
                var rest = line
                while let byte = rest.popFirst(), byte != 0x20 {
                    if byte == 0x5C, let escaped = rest.popFirst() { path.append(escaped) } else { path.append(byte) }
                }
                let fields = rest.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
                guard fields.count >= 7, fields[0] == "R", let size = Int(fields[5]), let offset = Int(fields[6]),
                    size >= 0, offset >= 0
                else { continue }
                let name = String(decoding: path, as: UTF8.self)
                files.append((name.hasPrefix("/") ? name : "/" + name, offset, size))
            }
            files.sort { ($0.offset, $0.size, $0.path) < ($1.offset, $1.size, $1.path) }
        }

        /// Adds content to the file that it belongs to; equal files share theirs.
        private mutating func content(_ bytes: ArraySlice<UInt8>) throws {
            var rest = bytes
            while next < files.count {
                let file = files[next]
                if file.size == 0 {
                    digests[file.path] = Checksum.of([]).hex
                    next += 1
                    continue
                }
                if next > 0, files[next - 1].offset == file.offset, files[next - 1].size == file.size {
                    digests[file.path] = digests[files[next - 1].path]
                    next += 1
                    continue
                }
                guard position >= file.offset else {
                    let skipped = min(rest.count, file.offset - position)
                    if skipped == 0 { return }
                    rest = rest.dropFirst(skipped)
                    position += skipped
                    continue
                }
                let left = file.offset + file.size - position
                guard left > 0 else { throw Failure(.invalidInput, "files overlap") }
                let taken = rest.prefix(left)
                if taken.isEmpty { return }
                digest.update(taken)
                rest = rest.dropFirst(taken.count)
                position += taken.count
                if taken.count == left {
                    digests[file.path] = digest.finish().hex
                    digest = Digest()
                    next += 1
                }
            }
        }
    }
}
