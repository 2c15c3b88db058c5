import Disks
import Host
import Testing

/// Tries power cuts at every flush of a recording and, chosen by seeds, between them.
struct PowerCutProof {
    /// How many times more than in `make check`; `make powercut` asks for many.
    static let factor = Environment.variable("NODEWRIGHT_POWER_CUTS").flatMap { Int($0) } ?? 1
    /// Where disks are rebuilt: in memory if there is room for that.
    static let place = File.kind("/dev/shm") == .folder ? "/dev/shm" : "/tmp"
    /// Disks whose cut has failed, for a look at them.
    private static let kept = ".build/power-cuts"

    /// The operation, for reports.
    let name: String
    let recording: Recording
    /// Where everything lies on the disk.
    let layout: DiskLayout
    /// What the files of the EFI system partition may be.
    let systems: [[String: [UInt8]]]
    /// The slot that is being written, and what may be in it; the files of it are not among `systems`.
    var changing: DiskExaminer.ChangingSlot?
    /// Chosen cuts in each window.
    var cuts = 3
    var seed = 1
    /// Hears of each disk that was rebuilt and has no mistakes.
    var onGood: (_ disk: RebuiltDisk, _ findings: DiskExaminer.Findings) throws -> Void = { _, _ in }

    /// What else is wrong with a disk that has no mistakes, found out by going on with it.
    var goingOn: (_ disk: RebuiltDisk) throws -> [String] = { _ in [] }

    /// What came of it.
    struct Report {
        var tried = 0
        /// One line for each failure, with what is needed to repeat it.
        var failures: [String] = []
    }

    /// Says what is wrong with a disk that was cut off and could be in the state after any of these steps (-1: before all).
    typealias Judge = (_ findings: DiskExaminer.Findings, _ possible: [Int], _ cut: PowerCut) -> [String]

    /// Tries them all, reports, and expects that none fails.
    func run(_ judge: Judge) throws {
        let start = monotonicSeconds()
        let report = try report(judge)
        let tenths = Int((monotonicSeconds() - start) * 10)
        print(
            "power cuts: \(name): \(report.tried) tried, \(report.failures.count) failed "
                + "(\(recording.windows.count) flushes, \(recording.log.entries.count) requests, "
                + "\(tenths / 10).\(tenths % 10) s)")
        #expect(report.tried > recording.windows.count)
        #expect(report.failures.isEmpty, "\(report.failures.prefix(8).joined(separator: "\n"))")
    }

    /// Tries them all.
    ///
    /// - Parameter keepsDisks: whether disks whose cut has failed are kept for a look at them
    func report(keepsDisks: Bool = true, _ judge: Judge) throws -> Report {
        try Folder.withTemporary(in: Self.place, prefix: "power-cuts") { folder in
            let disk = try RebuiltDisk(recording, parts: parts, in: folder)
            let examiner = DiskExaminer(disk, parts: parts, systems: systems, changing: changing, folder: folder)
            let windows = recording.windows
            var report = Report()
            for (index, window) in windows.enumerated() {
                let choices = PowerCuts(
                    log: recording.log, window: window, name: "seed \(seed), window \(index + 1) of \(windows.count)",
                    seed: seed)
                for cut in choices.cuts(number(of: window)) {
                    report.tried += 1
                    disk.write(cut.pieces, isLasting: false)
                    let possible = recording.possible(durable: cut.durable, reached: cut.reached)
                    let findings = try examiner.examine()
                    var problems = judge(findings, possible, cut)
                    if problems.isEmpty {
                        try onGood(disk, findings)
                        problems = try goingOn(disk)
                    }
                    if !problems.isEmpty {
                        report.failures.append(
                            "\(name), \(cut.name) (\(step(cut.reached))): \(problems.joined(separator: "; "))")
                        if keepsDisks, report.failures.count <= 3 { try keep(disk, report.failures.count) }
                    }
                    disk.takeBack()
                }
                disk.write(choices.everything, isLasting: true)
            }
            return report
        }
    }

    /// The parts of the disk that are looked at on their own.
    private var parts: [Range<Int>] {
        [0..<DiskLayout.alignment] + layout.partitions.map { $0.start..<$0.start + $0.size }
            + [layout.size / 4096 * 4096 - DiskLayout.alignment..<layout.size]
    }

    /// Looks at a disk that came of one of those that were cut off.
    func examine(_ path: String, in folder: String) throws -> DiskExaminer.Findings {
        let disk = try FinishedDisk(path, parts: parts.count)
        return try DiskExaminer(disk, parts: parts, systems: systems, changing: changing, folder: folder).examine()
    }

    /// More where there is more to choose from.
    private func number(of window: Range<Int>) -> Int {
        window.count > 16 ? 4 * cuts * Self.factor : cuts * Self.factor
    }

    private func step(_ reached: Int) -> String {
        recording.steps.last { $0.entries.lowerBound < reached }.map { "in \"\($0.name)\"" } ?? "before all"
    }

    private func keep(_ disk: RebuiltDisk, _ number: Int) throws {
        try Folder.create(Self.kept)
        let words = name.map { $0.isLetter ? String($0) : "-" }.joined()
        try SparseFile.copy(disk.path, to: Path.join(Self.kept, "\(words)-\(seed)-\(number).img"))
    }
}
