import Glibc
import Host
import Synchronization

/// What a worker says while it works: one line on standard error per event, fields separated by tabs behind a mark that no
/// program prints by accident.
final class WorkerWire: Sendable {
    private static let mark: Character = "\u{1E}"
    private let received = Mutex<Failure?>(nil)

    /// The failure that the worker reported, if it did.
    var failure: Failure? { received.withLock { $0 } }

    static func isEvent(_ line: some StringProtocol) -> Bool { line.first == mark }

    static func send(_ event: ProgressEvent) {
        switch event {
        case .started(let phase, let total, let unit):
            send(["started", phase, total.map(String.init) ?? "", unit.rawValue])
        case .advanced(let phase, let done, let total):
            send(["advanced", phase, String(done), total.map(String.init) ?? ""])
        case .finished(let phase, let note): send(["finished", phase, note])
        case .reused(let phase, let note): send(["reused", phase, note])
        case .warning(let text): send(["warning", text])
        case .command(let text): send(["command", text])
        }
    }

    static func send(_ failure: Failure) {
        send(["failure", String(failure.status.rawValue), failure.message, failure.hint ?? ""] + failure.details)
    }

    private static func send(_ fields: [String]) {
        let line = String(mark) + fields.map(escape).joined(separator: "\t") + "\n"
        try? File.append(Array(line.utf8), to: 2, named: "standard error")
    }

    /// Takes one line of the worker's output.
    func receive(_ line: String, _ progress: ProgressSink) {
        guard Self.isEvent(line) else { return }
        let fields = line.dropFirst().split(separator: "\t", omittingEmptySubsequences: false).map { Self.unescape($0) }
        switch (fields[0], fields.count) {
        case ("started", 4):
            progress(
                .started(phase: fields[1], total: Int(fields[2]), unit: ProgressUnit(rawValue: fields[3]) ?? .items))
        case ("advanced", 4): progress(.advanced(phase: fields[1], done: Int(fields[2]) ?? 0, total: Int(fields[3])))
        case ("finished", 3): progress(.finished(phase: fields[1], note: fields[2]))
        case ("reused", 3): progress(.reused(phase: fields[1], note: fields[2]))
        case ("warning", 2): progress(.warning(fields[1]))
        case ("command", 2): progress(.command(fields[1]))
        case ("failure", 4...):
            let status = Int32(fields[1]).flatMap(ExitStatus.init) ?? .internalError
            let failure = Failure(
                status, fields[2], hint: fields[3].isEmpty ? nil : fields[3], details: Array(fields[4...]))
            received.withLock { $0 = failure }
        default: break
        }
    }

    private static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\t": escaped += "\\t"
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static func unescape(_ text: Substring) -> String {
        var plain = ""
        var escaped = false
        for character in text.unicodeScalars {
            if escaped {
                plain.unicodeScalars.append(character == "t" ? "\t" : character == "n" ? "\n" : character)
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else {
                plain.unicodeScalars.append(character)
            }
        }
        return plain
    }
}
