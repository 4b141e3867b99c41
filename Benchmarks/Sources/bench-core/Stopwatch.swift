import Glibc

/// Nanoseconds per operation.
enum Stopwatch {
    static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Batches of about a hundredth of `seconds`, until `seconds` have passed; the median batch and the fastest, and how
    /// many operations there were. An operation that takes longer is a batch of its own.
    static func measure(seconds: Double, _ operation: () -> Void) -> (median: Double, fastest: Double, count: Int) {
        var batch = 1
        var elapsed = time(batch, operation)
        while Double(elapsed) < seconds * 1e7, batch < 1 << 30 {
            batch *= Double(elapsed) * 4 < seconds * 1e7 ? 4 : 2
            elapsed = time(batch, operation)
        }
        var samples = [Double(elapsed) / Double(batch)]
        let end = nanoseconds() + UInt64(seconds * 1e9)
        while nanoseconds() < end { samples.append(Double(time(batch, operation)) / Double(batch)) }
        samples.sort()
        return (samples[samples.count / 2], samples[0], samples.count * batch)
    }

    private static func time(_ count: Int, _ operation: () -> Void) -> UInt64 {
        let start = nanoseconds()
        for _ in 0..<count { operation() }
        return nanoseconds() - start
    }
}
