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
        let deadline = monotonicSeconds() + patience
        while true {
            do {
                return try fetch([download], phase: phase, workers: 1)
            } catch let failure as Failure where failure.status == .network {
                // What the server refuses (a wrong path) it will refuse again.
                let isRefused = failure.details.contains { $0.contains("returned error: 4") }
                if isRefused || monotonicSeconds() >= deadline { throw failure }
                again(failure.details.last ?? failure.message)
                _ = sleep(3)
            }
        }
    }
}
