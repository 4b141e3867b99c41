/// Counts of positive values in buckets of relative width 2⁻¹⁰ (0.1 %), for percentiles in bounded memory.
///
/// The bucket of a value is its exponent and the first ten bits of its fraction, read off its representation (the idea of
/// HdrHistogram), so adding is a shift and an increment. The array covers the values seen only, never more than 2⁻³²…2⁶⁴.
struct LogHistogram: Sendable {
    private(set) var counts: [UInt64] = []
    /// Bucket number of `counts[0]`.
    private(set) var first = 0
    private(set) var total: UInt64 = 0

    private static let lowest = Self.bucket(0x1p-32)
    private static let highest = Self.bucket(0x1p64)

    private static func bucket(_ value: Double) -> Int { Int(truncatingIfNeeded: value.bitPattern >> 42) }

    /// Adds the first `count` of `values`.
    mutating func add(_ values: [Double], count: Int) {
        var position = 0
        while position < count {
            position = addInside(values, from: position, to: count)
            if position < count {
                addOutside(values[position])
                position += 1
            }
        }
    }

    /// Adds values up to the first one that is outside of what is covered; returns its position.
    private mutating func addInside(_ values: [Double], from start: Int, to end: Int) -> Int {
        let (first, covered) = (first, counts.count)
        var counts = counts.mutableSpan
        var position = start
        while position < end {
            let index = Self.bucket(values[position]) &- first
            guard index >= 0, index < covered else { break }
            counts[index] &+= 1
            position += 1
        }
        total &+= UInt64(position - start)
        return position
    }

    private mutating func addOutside(_ value: Double) {
        let bucket = value > 0 ? min(Self.highest, max(Self.lowest, Self.bucket(value))) : Self.lowest
        cover(bucket)
        counts[bucket - first] += 1
        total += 1
    }

    private mutating func cover(_ bucket: Int) {
        let margin = 64
        if counts.isEmpty {
            first = bucket - margin
            counts = [UInt64](repeating: 0, count: 2 * margin)
        } else if bucket < first {
            let more = first - bucket + margin
            counts.insert(contentsOf: repeatElement(0, count: more), at: 0)
            first -= more
        } else if bucket >= first + counts.count {
            counts.append(contentsOf: repeatElement(0, count: bucket - first - counts.count + margin))
        }
    }

    /// Adds all counts of `other`.
    mutating func merge(_ other: LogHistogram) {
        guard other.total > 0 else { return }
        cover(other.first)
        cover(other.first + other.counts.count - 1)
        for (index, count) in other.counts.enumerated() { counts[other.first + index - first] += count }
        total += other.total
    }

    /// The middle of the bucket below whose end at least `fraction` of the values lie; `nil` without values.
    func quantile(_ fraction: Double) -> Double? {
        guard total > 0 else { return nil }
        let rank = max(1, (fraction * Double(total)).rounded(.up))
        var passed: UInt64 = 0
        for (index, count) in counts.enumerated() {
            passed += count
            if Double(passed) >= rank {
                let lower = Double(bitPattern: UInt64(first + index) << 42)
                let upper = Double(bitPattern: UInt64(first + index + 1) << 42)
                return (lower + upper) / 2
            }
        }
        return nil
    }
}
