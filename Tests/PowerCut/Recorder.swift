import DiskSupport
import Disks
import Host

/// A disk whose every write and flush is recorded while the product's own code works on it.
final class Recorder {
    /// A part of a recording: what one operation wrote.
    struct Step {
        let name: String
        /// Whether the operation promises that its result outlasts a power cut when it has returned.
        let isDurable: Bool
        /// Its requests in the log.
        let entries: Range<Int>
    }

    /// The block device.
    var device: String { daemon.device }
    private let base: String
    private let daemon: StorageDaemon
    private var log: WriteLog
    private var steps: [Step] = []

    /// - Parameters:
    ///   - base: a file with the disk as it is before; it is only read
    ///   - folder: for the copy that is written to, and the log
    init(base: String, folder: String) throws {
        self.base = base
        let (disk, log) = (Path.join(folder, "recorded"), Path.join(folder, "log"))
        try SparseFile.copy(base, to: disk)
        _ = try DiskFile.create(log, size: 8 << 30)
        daemon = try StorageDaemon(
            [
                "driver=file,node-name=disk,filename=\(disk)", "driver=file,node-name=log,filename=\(log)",
                "driver=blklogwrites,node-name=top,file=disk,log=log,log-sector-size=512",
            ], folder: folder)
        self.log = try WriteLog(log)
    }

    /// Runs an operation and notes which requests are its own.
    ///
    /// - Parameter isDurable: whether what it did must outlast a power cut from then on
    func step<Value>(_ name: String, isDurable: Bool = true, _ body: () throws -> Value) throws -> Value {
        try log.update()
        let first = log.entries.count
        let value = try during(name, body)
        // What is only in the kernel's memory would be missing; this writes it, but sends no flush.
        if !isDurable { try forgetCached() }
        try log.update()
        steps.append(Step(name: name, isDurable: isDurable, entries: first..<log.entries.count))
        return value
    }

    /// Writes what is in the kernel's memory, and lets it read the disk anew.
    func forgetCached() throws { try Command("blockdev", ["--flushbufs", device]).run().check() }

    /// Ends the recording.
    func finish() throws -> Recording {
        daemon.stop()
        try log.check()
        try log.update()
        return Recording(base: base, log: log, steps: steps)
    }
}

/// Everything that some operations have written, one after the other.
struct Recording {
    /// The disk as it was before.
    let base: String
    let log: WriteLog
    let steps: [Recorder.Step]

    /// The requests between two flushes, which a power cut may let through or not.
    ///
    /// Flushes of operations that promise nothing do not count: firmware that writes for a boot loader sends none.
    var windows: [Range<Int>] {
        var windows: [Range<Int>] = []
        var start = 0
        for (index, entry) in log.entries.enumerated() where entry.isFlush {
            if steps.contains(where: { $0.entries.contains(index) && !$0.isDurable }) { continue }
            windows.append(start..<index)
            start = index + 1
        }
        if start < log.entries.count { windows.append(start..<log.entries.count) }
        return windows
    }

    /// The steps whose result a disk may show that was cut off: the last one that must have outlasted it, and all later ones.
    ///
    /// - Parameters:
    ///   - durable: requests before this one are on the disk
    ///   - reached: requests before this one had been made
    /// - Returns: indices of steps; -1 for the disk as it was before all
    func possible(durable: Int, reached: Int) -> [Int] {
        let settled = steps.lastIndex { step in
            step.entries.upperBound <= durable || step.isDurable && step.entries.upperBound <= reached
        }
        let begun = steps.lastIndex { $0.entries.lowerBound < reached }
        return Array((settled ?? -1)...max(begun ?? -1, settled ?? -1))
    }
}
