import Host

/// What is on a disk as a whole: decides whether an installation may overwrite it.
public enum DiskContent: String, Sendable {
    /// No table and nothing that anybody recognises.
    case empty
    /// An installation that was interrupted before the disk could start.
    case unfinished
    /// A node of ours.
    case node
    /// Anything else.
    case other
    /// Guests' data or a storage domain.
    case guests
}

/// The mark of an installation that has begun: before the first partition, where neither a table nor a loader has anything.
public enum UnfinishedMark: String, Sendable, CaseIterable {
    /// There is nothing on the disk that would have to be kept.
    case anew = "Nodewright: this installation is not finished\n"
    /// The state partition of an earlier installation is still good.
    case besideState = "Nodewright: this installation beside an earlier state is not finished\n"

    /// Behind both forms of a table (sectors of 512 and of 4096 bytes), and before the first partition.
    private static let offset = 512 << 10
    /// The bytes of the disk that it takes.
    public static let place = offset..<offset + 4096

    /// Sets or removes it.
    public static func write(_ mark: UnfinishedMark?, to disk: DiskFile) throws {
        let text = Array((mark?.rawValue ?? "").utf8)
        try disk.write(text + [UInt8](repeating: 0, count: place.count - text.count), at: offset)
    }

    /// The one that is there.
    static func read(_ path: String) -> UnfinishedMark? {
        guard let found = try? File.read(path, at: offset, count: 128) else { return nil }
        return allCases.first { found.starts(with: $0.rawValue.utf8) }
    }
}
