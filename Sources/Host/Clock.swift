import Glibc

/// Seconds on a clock that never jumps; for durations.
public func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Seconds since 1970; for the validity of keys and metadata.
public func wallClockSeconds() -> Int { time(nil) }
