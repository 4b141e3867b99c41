/// Counts durations by size, in fixed buckets from 100 µs to 10 s.
struct DurationHistogram: Sendable, Equatable {
    struct Bound: Sendable {
        let nanoseconds: UInt64
        let seconds: Double
    }

    /// Upper bounds, inclusive.
    static let bounds: [Bound] = [
        100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        5_000_000,
        10_000_000,
    ].map { (microseconds: UInt64) in
        Bound(nanoseconds: microseconds * 1000, seconds: Double(microseconds) / 1e6)
    }

    /// One for each bound, not cumulative; what is beyond the last is only in `count`.
    private(set) var counts = [Int](repeating: 0, count: bounds.count)
    private(set) var count = 0
    /// In seconds.
    private(set) var sum = 0.0

    mutating func add(nanoseconds: UInt64) {
        count += 1
        sum += Double(nanoseconds) / 1e9
        if let index = Self.bounds.firstIndex(where: { nanoseconds <= $0.nanoseconds }) { counts[index] += 1 }
    }
}
