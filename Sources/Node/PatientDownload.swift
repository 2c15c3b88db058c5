import Glibc
import Host
import Transfer

extension Downloader {
    /// Fetches one file from a server that may not answer yet, as while a node starts.
    ///
    /// - Parameters:
    ///   - patience: for so many seconds it is asked again
    ///   - again: hears why, before each pause
    func fetch(
        _ download: Download, phase: String, patience: Double, again: (_ reason: String) -> Void = { _ in }
    ) throws {
        try Self.patiently(for: patience, again: again) { try fetch([download], phase: phase, workers: 1) }
    }

    /// Fetches a small file into memory in the same way.
    func bytes(
        _ url: String, limit: Int, tooLarge: ExitStatus, patience: Double, again: (_ reason: String) -> Void
    ) throws -> [UInt8] {
        try Self.patiently(for: patience, again: again) { try bytes(url, limit: limit, tooLarge: tooLarge) }
    }

    /// Does it again while the server does not answer, or a certificate is refused because of a clock that nobody has set yet.
    static func patiently<Value>(
        for patience: Double, again: (_ reason: String) -> Void, isClockRight: () -> Bool = KernelClock.isRight,
        wait: (_ seconds: UInt32) -> Void = { _ = sleep($0) }, _ body: () throws -> Value
    ) throws -> Value {
        let deadline = monotonicSeconds() + patience
        // Five hundred nodes that start at once must not keep down the server that they wait for.
        var pause: UInt32 = 3
        while true {
            do {
                return try body()
            } catch let failure as Failure
                where failure.status == .network || failure.isAboutValidity && !isClockRight()
            {
                // What the server refuses (a wrong path) it will refuse again.
                let isRefused = failure.details.contains { $0.contains("returned error: 4") }
                if isRefused || monotonicSeconds() >= deadline { throw failure }
                again(failure.details.last ?? failure.message)
                wait(pause)
                pause = min(pause * 2, 15)
            }
        }
    }
}
