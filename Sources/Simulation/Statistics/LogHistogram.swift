/// Counts of positive values in buckets of relative width 2⁻ᵇ, b ten (0.1 %) or less, for percentiles in bounded memory.
///
/// The bucket of a value is its exponent and the first b bits of its fraction, read off its representation (the idea of
/// HdrHistogram), so adding is a shift and an increment. The array covers the values seen only, never more than 2⁻³²…2⁶⁴.
struct LogHistogram: Sendable {
    private(set) var counts: [UInt64] = []
    /// Bucket number of `counts[0]`.
    private(set) var first = 0
    private(set) var total: UInt64 = 0

    /// Bits of a representation that a bucket does not tell: 52 − b.
    private let shift: UInt64

    private var lowest: Int { bucket(0x1p-32) }
    private var highest: Int { bucket(0x1p64) }

    private func bucket(_ value: Double) -> Int { Int(truncatingIfNeeded: value.bitPattern >> shift) }

    /// - Parameter bits: b, 1 to 10.
    init(bits: Int = 10) { shift = UInt64(52 - min(10, max(1, bits))) }

    /// Adds one value.
    @inline(__always)
    mutating func add(_ value: Double) {
        let index = bucket(value) &- first
        guard index >= 0, index < counts.count else { return addOutside(value) }
        counts[index] += 1
        total += 1
    }

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
        let (first, covered, shift) = (first, counts.count, shift)
        var counts = counts.mutableSpan
        var position = start
        while position < end {
            let index = Int(truncatingIfNeeded: values[position].bitPattern >> shift) &- first
            guard index >= 0, index < covered else { break }
            counts[index] &+= 1
            position += 1
        }
        total &+= UInt64(position - start)
        return position
    }

    private mutating func addOutside(_ value: Double) {
        let bucket = value > 0 ? min(highest, max(lowest, bucket(value))) : lowest
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

    /// Adds all counts of `other`, which has buckets of the same width.
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
                let lower = Double(bitPattern: UInt64(first + index) << shift)
                let upper = Double(bitPattern: UInt64(first + index + 1) << shift)
                return (lower + upper) / 2
            }
        }
        return nil
    }
}
