import Disks
import Host

/// What a disk was told to do, in its order, as QEMU's block driver `blklogwrites` has recorded it: the format of Linux'
/// dm-log-writes (drivers/md/dm-log-writes.c).
struct WriteLog {
    /// One request.
    struct Entry {
        /// The bytes of the disk that it writes; empty for a flush.
        let range: Range<Int>
        /// Where its data begin in the log.
        let place: Int
        /// What was written before it is on the disk afterwards.
        let isFlush: Bool
        /// It is on the disk itself when it is done (FUA).
        let isDurable: Bool
        /// It has no data: what the range holds afterwards is up to the disk.
        let isDiscard: Bool
    }

    static let sector = 512
    private static let magic = 0x6a_7366_7773_6872
    /// Bits of an entry's flags.
    private static let (flush, fua, discard, mark) = (1, 2, 4, 8)

    /// The file with the log.
    let path: String
    /// What has been recorded, as far as it has been read.
    private(set) var entries: [Entry] = []
    private let file: DiskFile
    private var next = sector

    /// Opens a log that is perhaps still being written.
    init(_ path: String) throws {
        self.path = path
        file = try DiskFile(path)
    }

    /// Looks whether it is such a log; its header comes with the first flush.
    func check() throws {
        let header = try file.read(Self.sector, at: 0)
        guard Self.number(header, 0, 8) == Self.magic, Self.number(header, 8, 8) == 1,
            Self.number(header, 24, 4) == Self.sector
        else { throw Failure(.internalError, "\"\(path)\" is no log of writes with sectors of \(Self.sector) bytes") }
    }

    /// Reads what has been recorded since. The header's count is not asked, which lags behind.
    mutating func update() throws {
        while true {
            let bytes = try file.read(32, at: next)
            guard bytes.count == 32 else { return }
            let (sector, count, flags) = (
                Self.number(bytes, 0, 8), Self.number(bytes, 8, 8), Self.number(bytes, 16, 8)
            )
            if count == 0, flags == 0 { return }
            let start = sector * Self.sector
            let isDiscard = flags & Self.discard != 0
            next += Self.sector
            if flags & Self.mark == 0 {
                entries.append(
                    Entry(
                        range: start..<start + count * Self.sector, place: next, isFlush: flags & Self.flush != 0,
                        isDurable: flags & Self.fua != 0, isDiscard: isDiscard))
            }
            if !isDiscard { next += count * Self.sector }
        }
    }

    private static func number(_ bytes: [UInt8], _ place: Int, _ width: Int) -> Int {
        bytes.count < place + width ? 0 : (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
}
