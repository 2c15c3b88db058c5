import CLinux
import Glibc
import Host
import Synchronization

/// Fetches files: several at a time, resumed where an earlier run stopped, from the next mirror when one fails.
public struct Downloader: Sendable {
    private let progress: ProgressSink
    private let certificates: String?

    /// A downloader that tells `progress` about its bytes.
    ///
    /// - Parameter certificates: a file with the authorities that servers are checked with, instead of the system's own
    public init(certificates: String? = nil, progress: @escaping ProgressSink = silent) {
        self.certificates = certificates
        self.progress = progress
    }

    /// Fetches all of `downloads`; files that are there already are taken as they are.
    ///
    /// A finished file appears under its name only when size and checksum are right. What a failed run leaves is a `.part`
    /// file, from which the next run goes on when a checksum then tells whether it belonged to the same file.
    ///
    /// - Parameters:
    ///   - phase: the name of the phase in progress events
    ///   - workers: how many transfers at a time, 1...16
    /// - Throws: `.network` when every mirror failed, `.signature` when the content is not what was expected or no mirror's
    ///   certificate is accepted, `.device` when it cannot be written
    public func fetch(_ downloads: [Download], phase: String, workers: Int = 6) throws {
        let missing = downloads.filter { !File.exists($0.destination) }
        guard !missing.isEmpty else { return }
        let known = missing.allSatisfy { $0.size != nil }
        let total = known ? missing.reduce(0) { $0 + ($1.size ?? 0) } : nil
        progress(.started(phase: phase, total: total, unit: .bytes))
        let done = Mutex(0)
        let handles = HandlePool()
        _ = try parallelMap(missing, workers: min(max(1, workers), 16)) { [progress] download in
            try handles.withHandle { handle in
                var counted = 0
                try fetch(download, handle) { position in
                    // Less than before when a file is fetched again from its beginning.
                    let sum = done.withLock { value -> Int in
                        value += position - counted
                        return value
                    }
                    counted = position
                    progress(.advanced(phase: phase, done: sum, total: total))
                }
            }
        }
        progress(.finished(phase: phase, note: "\(missing.count) files, \(done.withLock { $0 } / 1_000_000) MB"))
    }

    /// Fetches a small file into memory.
    ///
    /// - Parameters:
    ///   - limit: more bytes than this are refused
    ///   - tooLarge: the class of the failure for more bytes
    /// - Throws: `.network` when the server does not answer or has no such file, `.signature` when its certificate is not accepted
    public func bytes(_ url: String, limit: Int = 64 << 20, tooLarge: ExitStatus = .signature) throws -> [UInt8] {
        let handle = try CurlHandle()
        let content = Box()
        let outcome = try during("downloading \(redacted(url))") {
            try handle.receive(url, certificates: certificates, offset: 0, limit: .max, restart: {}) { piece in
                guard content.bytes.count + piece.count <= limit else {
                    throw Failure(tooLarge, "the server sends more than the \(limit) bytes that are allowed here")
                }
                content.bytes += piece
            }
        }
        switch outcome {
        case .complete, .cannotResume: return content.bytes
        case .unavailable(let reason): throw unreachable(url, [reason])
        case .untrusted(let reason): throw untrusted(url, [reason])
        }
    }

    /// Fetches one file.
    ///
    /// - Parameter arrived: hears how many bytes of the file are there
    private func fetch(_ download: Download, _ handle: CurlHandle, arrived: @escaping (Int) -> Void) throws {
        try Folder.create(Path.parent(download.destination))
        // Only a checksum tells whether what is there and what will come belong together.
        if download.checksum == nil { try File.remove(download.partial) }
        var reasons: [String] = []
        var untrustedServers = 0
        var urls = download.urls[...]
        while let url = urls.popFirst() {
            let isResumed = File.exists(download.partial)
            switch try transferPatiently(url, download, handle, arrived) {
            case .complete:
                do {
                    return try accept(download)
                } catch let failure as Failure where failure.status == .signature {
                    try File.remove(download.partial)
                    if isResumed {
                        // What was there may be from another version of the file: once more, from the beginning.
                        urls = ([url] + urls)[...]
                        continue
                    }
                    if urls.isEmpty { throw failure.during(redacted(url)) }
                    reasons.append("\(redacted(url)): \(failure.message)")
                }
            case .unavailable(let reason):
                reasons.append("\(redacted(url)): \(reason)")
            case .untrusted(let reason):
                reasons.append("\(redacted(url)): \(reason)")
                untrustedServers += 1
            case .cannotResume:
                reasons.append("\(redacted(url)): cannot resume")
            }
        }
        let url = download.urls.first ?? download.destination
        throw untrustedServers > 0 && untrustedServers == reasons.count
            ? untrusted(url, reasons) : unreachable(url, reasons)
    }

    private func unreachable(_ url: String, _ reasons: [String]) -> Failure {
        Failure(
            .network, "cannot download \(redacted(url))",
            hint: "check the address and the network; what has arrived is kept, the next run goes on from there",
            details: reasons)
    }

    private func untrusted(_ url: String, _ reasons: [String]) -> Failure {
        Failure(
            .signature, "the certificate of the server is not accepted: \(redacted(url))",
            hint: "check the authorities that servers are checked with, the name in the address, and the clock",
            details: reasons)
    }

    /// Goes on after a broken connection as long as each try brings something, at most five times.
    private func transferPatiently(
        _ url: String, _ download: Download, _ handle: CurlHandle, _ arrived: @escaping (Int) -> Void
    ) throws -> CurlHandle.Outcome {
        for attempt in 1...5 {
            let before = (try? File.size(download.partial)) ?? 0
            let outcome = try transfer(url, download, handle, arrived)
            switch outcome {
            case .complete, .untrusted: return outcome
            case .cannotResume: try File.remove(download.partial)
            case .unavailable:
                if attempt == 5 || ((try? File.size(download.partial)) ?? 0) <= before { return outcome }
            }
        }
        return .cannotResume
    }

    private func transfer(
        _ url: String, _ download: Download, _ handle: CurlHandle, _ arrived: @escaping (Int) -> Void
    ) throws -> CurlHandle.Outcome {
        let partial = download.partial
        var offset = (try? File.size(partial)) ?? 0
        if let size = download.size, offset >= size {
            if offset == size {
                arrived(size)
                return .complete
            }
            try File.remove(partial)
            offset = 0
        }
        let descriptor = try check("write \"\(partial)\"") {
            nlinux_open(partial, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o644)
        }
        defer { close(descriptor) }
        arrived(offset)
        var position = offset
        let limit = download.size ?? download.limit
        return try during("downloading \(redacted(url))") {
            try handle.receive(
                url, certificates: certificates, offset: offset, limit: limit,
                restart: {
                    try check("write \"\(partial)\"") { ftruncate(descriptor, 0) }
                    position = 0
                },
                accept: { bytes in
                    try File.append(bytes, to: descriptor, named: partial)
                    position += bytes.count
                    arrived(position)
                })
        }
    }

    /// Checks the finished `.part` file and gives it its name.
    private func accept(_ download: Download) throws {
        let name = Path.name(download.destination)
        let found = try File.size(download.partial)
        if let size = download.size, found != size {
            throw Failure(.signature, "\(name) has \(found) bytes instead of \(size)")
        }
        if let checksum = download.checksum {
            let actual = try Checksum.of(file: download.partial, checksum.algorithm)
            guard actual == checksum else {
                throw Failure(
                    .signature,
                    "\(name) is damaged: its \(checksum.algorithm.rawValue) checksum is \(actual.hex), not \(checksum.hex)",
                    hint:
                        "the mirror or a proxy sends another file than the repository's metadata names; try again later or another mirror"
                )
            }
        }
        try File.sync(download.partial)
        try File.rename(download.partial, to: download.destination)
    }

    private final class Box { var bytes: [UInt8] = [] }
}

/// Handles that threads borrow, so that a thread's next transfer finds an open connection.
private final class HandlePool: Sendable {
    private struct Idle: @unchecked Sendable { var handles: [CurlHandle] = [] }
    private let idle = Mutex(Idle())

    func withHandle<Value>(_ body: (CurlHandle) throws -> Value) throws -> Value {
        let borrowed = idle.withLock { Idle(handles: $0.handles.popLast().map { [$0] } ?? []) }.handles.first
        let handle = try borrowed ?? CurlHandle()
        let entry = Idle(handles: [handle])
        defer { idle.withLock { $0.handles += entry.handles } }
        return try body(handle)
    }
}
