import Glibc

/// Lengths between the bounds of buckets, with a known mean.
///
/// Of all distributions with these counts and this mean it is the one of largest entropy: within each bucket a geometric law of one and
/// the same rate, which the mean determines. So a geometric law comes back as itself, whatever its buckets are. A bucket of many lengths is
/// known by some points of it.
struct BucketLengths {
    /// Buckets with whole bounds; ``LengthBuckets/Cell/upper`` is finite.
    let cells: [LengthBuckets.Cell]
    /// Tokens; the middle of what each point stands for.
    private(set) var values: [Double] = []
    /// Requests.
    private(set) var weights: [Double] = []
    /// E[length], tokens.
    let mean: Double

    /// At most so many points in all.
    private static let mostPoints = 1024
    /// At most so many within a bucket.
    private static let mostInBucket = 32

    /// - Parameters:
    ///   - open: at least one; the last may have no upper end.
    ///   - sum: tokens of all; `nil` for lengths that are spread evenly within their buckets.
    init(_ open: [LengthBuckets.Cell], sum: Double?) {
        let total = open.reduce(0) { $0 + $1.count }
        let closed = Self.closed(open, sum: sum)
        cells = closed
        let strips = closed.map {
            Self.points($0, count: max(1, min(Self.mostInBucket, Self.mostPoints / closed.count - 2)))
        }
        var rate = 0.0
        if let sum {
            rate = Self.rate(closed, strips, mean: sum / total)
        }
        var first = 0.0
        for (cell, strip) in zip(closed, strips) {
            let shares = Self.shares(strip, rate: rate)
            for (point, share) in zip(strip, shares) where share > 0 {
                values.append(point.middle)
                weights.append(cell.count * share)
                first += cell.count * share * point.middle
            }
        }
        mean = first / total
    }

    /// With an end for the last bucket: twice the last bound, or as many times as the sum needs.
    private static func closed(_ open: [LengthBuckets.Cell], sum: Double?) -> [LengthBuckets.Cell] {
        var cells = open
        guard let last = cells.last, last.upper == .infinity else { return cells }
        let below = cells.dropLast().reduce(0) { $0 + $1.upper * $1.count }
        var upper = max(2 * (last.lower - 1), last.lower, 1)
        if let sum {
            while below + upper * last.count < 1.01 * sum, upper < 1e9 { upper *= 2 }
        }
        cells[cells.count - 1].upper = max(last.lower, min(1e9, upper))
        return cells
    }

    /// The lengths of a bucket: its ends, which the extreme means need, and at most `count` strips between, which widen from the lower end on,
    /// where a geometric law has most of its mass.
    private static func points(_ cell: LengthBuckets.Cell, count: Int) -> [(middle: Double, width: Double)] {
        guard cell.upper > cell.lower else { return [(cell.lower, 1)] }
        var points: [(middle: Double, width: Double)] = [(cell.lower, 1)]
        let lengths = cell.upper - cell.lower - 1
        var start = 0.0
        for index in 1...count {
            let share = Double(index) / Double(count)
            let end = (lengths * share * share).rounded(.up)
            guard end > start else { continue }
            points.append((cell.lower + (start + end + 1) / 2, end - start))
            start = end
        }
        return points + [(cell.upper, 1)]
    }

    /// The shares of a bucket's points under a rate, adding up to 1.
    private static func shares(_ points: [(middle: Double, width: Double)], rate: Double) -> [Double] {
        // From the end where the density is largest, so that nothing overflows.
        let origin = (rate >= 0 ? points.first : points.last)?.middle ?? 0
        let densities = points.map { $0.width * exp(-rate * ($0.middle - origin)) }
        let total = densities.reduce(0, +)
        return densities.map { $0 / total }
    }

    /// The rate at which the mean is `mean`, by bisection; one that makes every bucket one point where none is.
    private static func rate(
        _ cells: [LengthBuckets.Cell], _ strips: [[(middle: Double, width: Double)]], mean: Double
    ) -> Double {
        let total = cells.reduce(0) { $0 + $1.count }
        func excess(_ rate: Double) -> Double {
            var sum = 0.0
            for (cell, strip) in zip(cells, strips) {
                let shares = shares(strip, rate: rate)
                var first = 0.0
                for (point, share) in zip(strip, shares) { first += share * point.middle }
                sum += cell.count / total * first
            }
            return sum - mean
        }
        let scale = 1 / max(1, mean)
        var low = -700.0
        var high = 700.0
        // The mean falls with the rate, which the hyperbolic sine spreads over all magnitudes.
        func rate(_ step: Double) -> Double { scale * sinh(step / 30) }
        for _ in 0..<56 {
            let middle = (low + high) / 2
            if excess(rate(middle)) > 0 { low = middle } else { high = middle }
        }
        return rate((low + high) / 2)
    }
}
