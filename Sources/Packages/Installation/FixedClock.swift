import Glibc
import Synchronization

/// The time that librpm stamps into the package database.
///
/// librpm 4.18 takes INSTALLTIME and INSTALLTID from time(2) and offers no other way. The definition below is found before
/// that of the C library by every library of this process, so the worker can hold the clock still for librpm; scripts run
/// in processes of their own and see the real time.
enum FixedClock {
    private static let fixed = Atomic<Int>(0)

    /// Holds `time(2)` of this process at a moment (seconds since 1970); 0 lets it run.
    static func hold(at seconds: Int) { fixed.store(seconds, ordering: .relaxed) }

    fileprivate static var now: Int {
        let held = fixed.load(ordering: .relaxed)
        if held != 0 { return held }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec
    }
}

/// time(2), see `FixedClock`.
@_cdecl("time")
public func packagesTime(_ result: UnsafeMutablePointer<time_t>?) -> time_t {
    let now = FixedClock.now
    result?.pointee = now
    return now
}
