import Host
import TestSupport

/// One moment in which the power goes: what was flushed is on the disk, and of what was written since then some sectors.
struct PowerCut {
    /// Which one this is, so that it can be repeated: `seed 7, window 12 of 40, cut 3`.
    let name: String
    /// Requests before this one are on the disk.
    let durable: Int
    /// Requests before this one had been made.
    let reached: Int
    /// What else has arrived.
    let pieces: [RebuiltDisk.Piece]
}

/// Which cuts are tried within one window of requests that nothing has flushed yet.
struct PowerCuts {
    let log: WriteLog
    let window: Range<Int>
    /// How the window is named in reports.
    let name: String
    let seed: Int

    /// Cuts of the window: nothing of it, all of it, and some chosen by the seed.
    func cuts(_ count: Int) -> [PowerCut] {
        let sectors = window.reduce(0) { $0 + log.entries[$1].range.count / WriteLog.sector }
        // Fewer sectors than that have no more subsets.
        let more = sectors < 2 ? 0 : sectors < 12 ? min(count, (1 << sectors) - 2) : count
        let nothing = PowerCut(
            name: "\(name), nothing", durable: window.lowerBound, reached: window.lowerBound, pieces: [])
        if window.isEmpty { return [nothing] }
        return [nothing] + (0..<more).map(chosen)
            + [cut("everything", window.upperBound, everything)]
    }

    /// The window as it is when a flush has ended it.
    var everything: [RebuiltDisk.Piece] { window.flatMap { whole($0) } }

    private func cut(_ what: String, _ reached: Int, _ pieces: [RebuiltDisk.Piece]) -> PowerCut {
        PowerCut(name: "\(name), \(what)", durable: window.lowerBound, reached: reached, pieces: pieces)
    }

    private func chosen(_ number: Int) -> PowerCut {
        var random = SeededGenerator(seed: seed &* 1_000_003 &+ window.lowerBound &* 8191 &+ number)
        // The later the cut, the more there is to choose from.
        let reached =
            window.lowerBound + 1
            + max(
                Int.random(in: 0..<window.count, using: &random), Int.random(in: 0..<window.count, using: &random))
        let made = window.lowerBound..<reached
        var found: [RebuiltDisk.Piece] = []
        // Windows have few cuts each in a short run: together they have all kinds.
        switch (number + window.lowerBound) % 5 {
        case 0:
            // In their order, the last one torn.
            for index in made.dropLast() { found += whole(index) }
            found += torn(reached - 1, &random)
        case 1:
            // All but one.
            let missing = Int.random(in: made, using: &random)
            for index in made { found += index == missing ? torn(index, &random) : whole(index) }
        case 2:
            // One alone.
            found = torn(Int.random(in: made, using: &random), &random)
        case 3:
            // Nothing whole.
            for index in made { found += torn(index, &random) }
        default:
            let share = [0.15, 0.5, 0.85][Int.random(in: 0..<3, using: &random)]
            for index in made where Double.random(in: 0..<1, using: &random) < share {
                found += Bool.random(using: &random) ? whole(index) : torn(index, &random)
            }
        }
        return cut("cut \(number)", reached, found)
    }

    /// A whole request.
    private func whole(_ index: Int) -> [RebuiltDisk.Piece] {
        let entry = log.entries[index]
        guard !entry.range.isEmpty else { return [] }
        return [
            .init(
                start: entry.range.lowerBound, place: entry.isDiscard ? nil : entry.place, count: entry.range.count)
        ]
    }

    /// Some sectors of a request: a disk writes a sector whole or not at all, and promises nothing about two.
    private func torn(_ index: Int, _ random: inout SeededGenerator) -> [RebuiltDisk.Piece] {
        let entry = log.entries[index]
        let count = entry.range.count / WriteLog.sector
        guard count > 0 else { return [] }
        let border = Int.random(in: 0...count, using: &random)
        let runs: [Range<Int>]
        switch Int.random(in: 0..<(count <= 64 ? 4 : 3), using: &random) {
        case 0: runs = [0..<border]
        case 1: runs = [border..<count]
        case 3: runs = (0..<count).filter { _ in Bool.random(using: &random) }.map { $0..<$0 + 1 }
        default:
            // Runs of sectors in turn arrive and do not.
            var found: [Range<Int>] = []
            var place = Int.random(in: 0...1, using: &random)
            while place < count {
                let length = Int.random(in: 1...max(1, min(count, count / 4)), using: &random)
                found.append(place..<min(count, place + length))
                place += length + Int.random(in: 1...max(1, count / 4), using: &random)
            }
            runs = found
        }
        return runs.filter { !$0.isEmpty }.map { run in
            .init(
                start: entry.range.lowerBound + run.lowerBound * WriteLog.sector,
                place: entry.isDiscard ? nil : entry.place + run.lowerBound * WriteLog.sector,
                count: run.count * WriteLog.sector)
        }
    }
}
