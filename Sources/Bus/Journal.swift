import CSystemd
import Glibc
import Host

/// The journal of this machine (sd-journal(3)), read from one entry to the next.
public final class Journal {
    private let handle: OpaquePointer

    /// The journal, before its first entry.
    ///
    /// - Throws: when there is none that may be read
    public init() throws {
        var new: OpaquePointer?
        try Self.check(sd_journal_open(&new, Int32(SD_JOURNAL_LOCAL_ONLY)), "open the journal")
        guard let new else { throw Failure(.internalError, "cannot open the journal") }
        handle = new
        // Bytes of a field beyond this are not read into memory.
        sd_journal_set_data_threshold(handle, 1 << 16)
    }

    deinit { sd_journal_close(handle) }

    /// Goes to the place after an entry; where that entry is gone, to the oldest one after it.
    public func seek(after cursor: String) throws {
        try Self.check(sd_journal_seek_cursor(handle, cursor), "find the place in the journal")
        // Seeking is done by the next step, which must not show the entry itself again.
        guard try next(), sd_journal_test_cursor(handle, cursor) <= 0 else { return }
        if try Self.check(sd_journal_previous(handle), "find the place in the journal") == 0 {
            try Self.check(sd_journal_seek_head(handle), "find the place in the journal")
        }
    }

    /// Goes to the beginning of this start of the machine.
    public func seekToThisBoot() throws {
        var boot = sd_id128_t()
        try Self.check(sd_id128_get_boot(&boot), "ask for the id of this start")
        try Self.check(sd_journal_seek_monotonic_usec(handle, boot, 0), "find the place in the journal")
    }

    /// Goes to the next entry.
    ///
    /// - Returns: whether there is one
    public func next() throws -> Bool { try Self.check(sd_journal_next(handle), "read the journal") > 0 }

    /// Waits until something was written, or somewhat longer than a minute.
    public func wait() throws { try Self.check(sd_journal_wait(handle, 70_000_000), "wait for the journal") }

    /// A field of the entry, such as `MESSAGE`; nil when it has none.
    public func field(_ name: String) -> [UInt8]? {
        var data: UnsafeRawPointer?
        var length = 0
        guard sd_journal_get_data(handle, name, &data, &length) >= 0, let data else { return nil }
        return Array(UnsafeRawBufferPointer(start: data, count: length).dropFirst(name.utf8.count + 1))
    }

    /// When the entry was written, in microseconds since 1970.
    public var time: UInt64 {
        var time: UInt64 = 0
        return sd_journal_get_realtime_usec(handle, &time) >= 0 ? time : 0
    }

    /// The name of the entry's place.
    public func cursor() throws -> String {
        var text: UnsafeMutablePointer<CChar>?
        try Self.check(sd_journal_get_cursor(handle, &text), "ask for the place in the journal")
        defer { free(text) }
        return text.map { String(cString: $0) } ?? ""
    }

    @discardableResult
    private static func check(_ result: Int32, _ activity: String) throws -> Int32 {
        if result < 0 { throw Failure(.device, "cannot \(activity): \(String(cString: strerror(-result)))") }
        return result
    }
}
