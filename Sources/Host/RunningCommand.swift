import CLinux
import Glibc

/// A started program with its three pipes.
struct RunningCommand {
    private let command: Command
    private let program: BoundProgram
    private var input: (descriptor: Int32, bytes: [UInt8], sent: Int)?
    private var outputs: [(descriptor: Int32, lines: LineBuffer)]
    private var output: [UInt8] = []
    private var errorTail: [UInt8] = []

    init(_ command: Command, path: String) throws {
        self.command = command
        var childSide: [Int32] = []
        var ourSide: [Int32] = []
        defer { childSide.forEach { close($0) } }
        do {
            let standardInput: Int32
            switch command.input {
            case .null:
                standardInput = try check("open /dev/null") { nlinux_open("/dev/null", O_RDONLY | O_CLOEXEC, 0) }
                childSide.append(standardInput)
            case .descriptor(let descriptor):
                standardInput = descriptor
            case .bytes(let bytes):
                let pipe = try Self.makePipe()
                childSide.append(pipe.read)
                ourSide.append(pipe.write)
                standardInput = pipe.read
                input = (pipe.write, bytes, 0)
            }
            let pipes = [try Self.makePipe(), try Self.makePipe()]
            childSide += pipes.map(\.write)
            ourSide += pipes.map(\.read)
            outputs = pipes.map { ($0.read, LineBuffer()) }
            program = try BoundProgram(
                path, arguments: [command.program] + command.arguments, environment: command.cleanEnvironment,
                descriptors: [standardInput] + pipes.map(\.write), folder: command.folder)
        } catch {
            ourSide.forEach { close($0) }
            throw error
        }
    }

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        try check("make a pipe") { nlinux_pipe(&ends) }
        return (ends[0], ends[1])
    }

    /// Feeds and drains the pipes until all are closed, then reaps the program.
    mutating func finish() throws -> Command.Result {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        if let input { _ = fcntl(input.descriptor, F_SETFL, O_NONBLOCK) }
        while input != nil || outputs.contains(where: { $0.descriptor >= 0 }) {
            var polled = outputs.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            if let input { polled.append(pollfd(fd: input.descriptor, events: Int16(POLLOUT), revents: 0)) }
            if poll(&polled, nfds_t(polled.count), -1) < 0 { continue }
            for index in outputs.indices where polled[index].revents != 0 { drain(index, &buffer) }
            if polled.count > outputs.count, polled[outputs.count].revents != 0 { feed() }
        }
        guard let status = program.wait() else {
            throw Failure(.internalError, "\(command.program) was waited for by somebody else")
        }
        return command.result(status: status, output: output, errorTail: String(decoding: errorTail, as: UTF8.self))
    }

    private mutating func feed() {
        guard var current = input else { return }
        let count = current.bytes.withUnsafeBytes { bytes -> Int in
            guard let base = bytes.baseAddress, current.sent < bytes.count else { return 0 }
            return Glibc.write(current.descriptor, base + current.sent, bytes.count - current.sent)
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        current.sent += max(0, count)
        if count < 0 || current.sent >= current.bytes.count {
            close(current.descriptor)
            input = nil
        } else {
            input = current
        }
    }

    private mutating func drain(_ index: Int, _ buffer: inout [UInt8]) {
        let count = buffer.withUnsafeMutableBytes { Glibc.read(outputs[index].descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { return }
        if count <= 0 {
            close(outputs[index].descriptor)
            outputs[index].descriptor = -1
            if let onLine = command.onLine { outputs[index].lines.end(onLine) }
            return
        }
        let bytes = buffer[..<count]
        if index == 0 {
            output += bytes.prefix(max(0, command.outputLimit - output.count))
        } else {
            errorTail += bytes
            if errorTail.count > 4096 { errorTail.removeFirst(errorTail.count - 4096) }
        }
        if let onLine = command.onLine { outputs[index].lines.append(bytes, onLine) }
    }
}
