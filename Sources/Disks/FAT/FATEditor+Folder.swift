import Host

/// What is put into a folder.
struct FATItem {
    let name: String
    let attributes: UInt8
    let cluster: Int
    let size: Int
}

extension FATEditor {
    /// The clusters of a folder; nil when there is none.
    func folder(_ path: String) throws -> [Int]? {
        var clusters = try table.chain(table.root)
        for name in path.split(separator: "/") {
            guard let entry = try entries(clusters).first(where: { $0.name.uppercased() == name.uppercased() }) else {
                return nil
            }
            guard entry.isFolder else {
                throw Failure(.device, "\"\(name)\" on the EFI system partition is no folder")
            }
            clusters = try table.chain(entry.cluster)
        }
        return clusters
    }

    func entries(_ clusters: [Int]) throws -> [FATReader.Entry] { FATReader.parse(try bytes(clusters), is32: true) }

    func bytes(_ clusters: [Int]) throws -> [UInt8] {
        try clusters.flatMap { try disk.read(table.clusterSize, at: table.place(of: $0)) }
    }

    /// Adds entries to a folder, which grows when it is full. It is durable afterwards.
    mutating func add(_ items: [FATItem], to clusters: inout [Int]) throws {
        var before = try bytes(clusters)
        var after = before
        var taken = Set(FATReader.parse(before, is32: true).map(\.short))
        let time = FATWriter.fatTime(wallClockSeconds())
        for item in items {
            let (long, short) = FATName.entries(item.name, taken: &taken)
            let entry = FATEntry.bytes(short, item.attributes, cluster: item.cluster, size: item.size, time: time)
            let new = long + [entry]
            while Self.room(new.count, in: after) == nil {
                try grow(&clusters)
                let empty = [UInt8](repeating: 0, count: table.clusterSize)
                before += empty
                after += empty
            }
            guard let start = Self.room(new.count, in: after) else { continue }
            let range = start * FATEntry.size..<(start + new.count) * FATEntry.size
            // Behind the end of a folder may be anything.
            if let end = range.first(where: { $0 % FATEntry.size == 0 && after[$0] == 0 }) {
                after.replaceSubrange(end..<after.count, with: [UInt8](repeating: 0, count: after.count - end))
            }
            after.replaceSubrange(range, with: new.joined())
        }
        try replace(before, by: after, in: clusters)
    }

    /// The first of so many entries in a row that nothing is in.
    private static func room(_ count: Int, in bytes: [UInt8]) -> Int? {
        var start = 0
        for slot in 0..<bytes.count / FATEntry.size {
            let first = bytes[slot * FATEntry.size]
            if first == 0 { return start + count <= bytes.count / FATEntry.size ? start : nil }
            if first != 0xE5 { start = slot + 1 } else if slot + 1 - start == count { return start }
        }
        return nil
    }

    /// Writes the sectors of a folder that have changed; it is durable afterwards.
    func replace(_ before: [UInt8], by after: [UInt8], in clusters: [Int]) throws {
        guard before != after else { return }
        for (index, cluster) in clusters.enumerated() {
            for start in stride(from: 0, to: table.clusterSize, by: table.sector) {
                let range = index * table.clusterSize + start..<index * table.clusterSize + start + table.sector
                guard before[range] != after[range] else { continue }
                try disk.write(after[range], at: table.place(of: cluster) + start)
            }
        }
        try disk.sync()
    }
}
