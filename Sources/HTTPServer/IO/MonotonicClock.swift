import Glibc

/// The clock that never goes back.
public enum MonotonicClock {
    /// In nanoseconds since a second before the process first asked.
    public static func now() -> UInt64 { elapsed(since: origin, at: reading()) }

    /// What the system's clock showed first. It may be anything, even negative, where the system's time is made up.
    private static let origin = reading()

    /// A second more than the time between two readings; of one that lies before `origin`, just that second.
    static func elapsed(since origin: Int64, at reading: Int64) -> UInt64 {
        let (difference, overflow) = reading.subtractingReportingOverflow(origin)
        return UInt64(overflow ? 0 : max(0, difference)) + 1_000_000_000
    }

    private static func reading() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
