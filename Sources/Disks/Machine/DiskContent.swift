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
public enum UnfinishedMark {
    /// Behind both forms of a table (sectors of 512 and of 4096 bytes), and before the first partition.
    static let offset = 512 << 10
    private static let text = Array("Nodewright: this installation is not finished\n".utf8)

    /// A block of 4096 bytes with the mark, or of zeros.
    private static func block(_ isSet: Bool) -> [UInt8] {
        (isSet ? text : []) + [UInt8](repeating: 0, count: 4096 - (isSet ? text.count : 0))
    }

    /// Sets or removes it.
    public static func write(_ isSet: Bool, to disk: DiskFile) throws { try disk.write(block(isSet), at: offset) }

    /// Whether it is there.
    static func isSet(_ path: String) -> Bool {
        (try? File.read(path, at: offset, count: text.count)) == text
    }
}
