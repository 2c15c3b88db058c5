import Bus
import Glibc
import Host
import NodeConfig

/// One message as RFC 5424 wants it on the wire.
struct SyslogMessage: Hashable, Sendable {
    /// More bytes than most servers take (RFC 5424 asks for 2048); what is longer is cut.
    static let limit = 8192

    /// 0 (kernel) to 23.
    var facility = 3
    /// 0 (emergency) to 7 (debug).
    var severity = 6
    /// Microseconds since 1970.
    var time: UInt64 = 0
    var host = ""
    var program = ""
    var process = ""
    var text: [UInt8] = []

    init() {}

    /// The entry at which the journal is.
    init(_ journal: Journal) {
        func text(_ names: String...) -> String? {
            names.lazy.compactMap { journal.field($0) }.first.map { String(decoding: $0, as: UTF8.self) }
        }
        func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
            text(name).flatMap { Int($0) }.flatMap { range.contains($0) ? $0 : nil }
        }
        let isKernel = text("_TRANSPORT") == "kernel"
        facility = number("SYSLOG_FACILITY", 0...23) ?? (isKernel ? 0 : 3)
        severity = number("PRIORITY", 0...7) ?? 6
        time = journal.time
        host = text("_HOSTNAME") ?? ""
        program = text("SYSLOG_IDENTIFIER", "_COMM") ?? (isKernel ? "kernel" : "")
        process = text("SYSLOG_PID", "_PID") ?? ""
        let message = journal.field("MESSAGE") ?? []
        // The kernel repeats its command line, and this goes over the network in clear text.
        self.text = isKernel ? KernelCommandLine.withoutSecrets(message) : message
    }

    /// The whole message, without what ends or counts it.
    var bytes: [UInt8] {
        let head =
            "<\(facility * 8 + severity)>1 \(timestamp) \(word(host, 255)) \(word(program, 48)) \(word(process, 128)) - - "
        // Line ends and other control characters would make two messages of one at many servers.
        let line = text.map { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F ? 0x20 : $0 }
        return Array((Array(head.utf8) + line).prefix(Self.limit))
    }

    /// RFC 3339 with microseconds, in UTC.
    private var timestamp: String {
        let fraction = String(1_000_000 + Int(time % 1_000_000)).dropFirst()
        return "\(CalendarTime(Int(time / 1_000_000)).iso.dropLast()).\(fraction)Z"
    }

    /// A field of the header: printable ASCII without blanks; `-` for nothing.
    private func word(_ text: String, _ limit: Int) -> String {
        let bytes = text.utf8.prefix(limit).map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "_") }
        return bytes.isEmpty ? "-" : String(decoding: bytes, as: UTF8.self)
    }
}
