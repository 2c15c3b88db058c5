import Glibc
import Host

/// QEMU's control channel (QMP): one JSON object a line, answers in order, events in between.
struct MachineMonitor {
    private let descriptor: Int32
    private var received: [UInt8] = []
    private var ready = false

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Writes the screen to a PNG file.
    mutating func screenshot(_ path: String) throws {
        try File.replace(Path.absolute(path)) { aside in
            try execute("screendump", #"{"filename":\#(Self.json(aside)),"format":"png"}"#)
        }
    }

    /// Sends a command and waits for its answer.
    private mutating func execute(_ command: String, _ arguments: String = "{}") throws {
        if !ready {
            ready = true
            _ = try line()
            try execute("qmp_capabilities")
        }
        let bytes = Array(#"{"execute":"\#(command)","arguments":\#(arguments)}"#.utf8) + [0x0A]
        try checkLength("write to QEMU's monitor") { write(descriptor, bytes, bytes.count) }
        while true {
            let answer = try line()
            if answer.hasPrefix(#"{"return""#) { return }
            if answer.hasPrefix(#"{"error""#) {
                throw Failure(.device, "QEMU refused \"\(command)\"", details: [answer])
            }
        }
    }

    private mutating func line() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if let end = received.firstIndex(of: 0x0A) {
                defer { received.removeSubrange(...end) }
                return String(decoding: received[..<end], as: UTF8.self)
            }
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 10_000) > 0 else { throw Failure(.device, "QEMU's monitor does not answer") }
            let count = try checkLength("read from QEMU's monitor") { read(descriptor, &buffer, buffer.count) }
            if count == 0 { throw Failure(.device, "QEMU closed its monitor") }
            received += buffer[..<count]
        }
    }

    private static func json(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\u{0}"..."\u{1F}":
                quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
