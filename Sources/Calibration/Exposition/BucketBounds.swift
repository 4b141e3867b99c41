/// What the lengths in buckets can be at most and at least: bounds over every distribution with these counts and this mean.
///
/// The moment E[f(X)] of a convex f is largest where the requests of each bucket lie at its ends, the upper ones filled first, and least where
/// they lie as near to one length as their buckets let them. So one distribution bounds all convex moments from above, and one from below.
struct BucketBounds {
    private let cells: [LengthBuckets.Cell]
    private let total: Double
    /// E[X], tokens.
    private let mean: Double

    /// - Parameters:
    ///   - open: at least one; the last may have no upper end.
    ///   - sum: tokens of all requests, as the buckets allow it.
    init(_ open: [LengthBuckets.Cell], sum: Double) {
        var cells = open
        // One request may have all that the others can spare.
        let least = cells.reduce(0) { $0 + $1.lower * $1.count }
        let spare = max(0, sum - least)
        if let last = cells.last, last.upper == .infinity {
            cells[cells.count - 1].upper = min(1e9, last.lower + (spare / min(1, last.count)).rounded(.up))
        }
        self.cells = cells
        total = cells.reduce(0) { $0 + $1.count }
        let most = cells.reduce(0) { $0 + $1.upper * $1.count }
        mean = min(max(sum, least), most) / total
    }

    /// The least and the largest E[f(X)] of a convex `f`.
    func moment(_ f: (Double) -> Double) -> ClosedRange<Double> {
        let low = lowest.reduce(0) { $0 + $1.count * f($1.length) } / total
        let high = highest.reduce(0) { $0 + $1.count * f($1.length) } / total
        return min(low, high)...max(low, high)
    }

    /// The least and the largest standard deviation, tokens.
    var deviation: ClosedRange<Double> {
        let second = moment { ($0 - mean) * ($0 - mean) }
        return max(0, second.lowerBound).squareRoot()...max(0, second.upperBound).squareRoot()
    }

    /// Of decode lengths: the least and the largest mean age of a request at a random step, E[X(X−1)]/(2E[X]).
    var meanAge: ClosedRange<Double> {
        let pairs = moment { $0 * ($0 - 1) / 2 }
        return (pairs.lowerBound / mean)...(pairs.upperBound / mean)
    }

    /// Of decode lengths: bounds of the standard deviation of the age, tokens.
    ///
    /// The variance of the age J is the least over a of V(a) = E[G(X)]/E[X], G(x) = Σ_{j<x} (j − a)². For one a, the extremes of V are a linear
    /// program over the buckets, and every multiplier of its dual gives a bound. From above, any a does, and the best one is looked for. From below, every a that can be a mean age counts: between two of a grid the root of V changes by no more than half
    /// their distance.
    var ageDeviation: ClosedRange<Double> {
        let ages = meanAge
        let upper = Self.least(ages) { a in
            Self.least(roots(a)) { bound(a, $0, above: true) }
        }
        // Of many buckets less is looked for, so that the work is bounded: bounds are wider then, and still hold.
        let steps = max(6, min(24, 480 / cells.count))
        let half = (ages.upperBound - ages.lowerBound) / Double(2 * steps)
        var lower = Double.infinity
        for step in 0..<steps {
            let a = ages.lowerBound + half * Double(2 * step + 1)
            let most = -Self.least(roots(a)) { -bound(a, $0, above: false) }
            lower = min(lower, max(0, most).squareRoot() - half)
        }
        let high = max(0, upper).squareRoot()
        return min(high, max(0, lower))...high
    }

    /// A bound of V(a). The multiplier of the mean is `root`² − 1/12, so that G(x) − multiplier·x turns at a + ½ ± `root`.
    private func bound(_ a: Double, _ root: Double, above: Bool) -> Double {
        let multiplier = root * root - 1.0 / 12
        // G as a polynomial; G′(x) = (x − a − ½)² − 1/12.
        func value(_ x: Double) -> Double {
            x * (x - 1) * (2 * x - 1) / 6 - a * x * (x - 1) + a * a * x - multiplier * x
        }
        // A maximum before a + ½, a minimum behind.
        let turn = a + 0.5 + (above ? -root : root)
        var sum = 0.0
        for cell in cells {
            let inner = value(min(cell.upper, max(cell.lower, turn)))
            let ends = (value(cell.lower), value(cell.upper))
            sum += cell.count * (above ? max(inner, max(ends.0, ends.1)) : min(inner, min(ends.0, ends.1)))
        }
        return sum / total / mean + multiplier
    }

    /// The roots that can be best: G turns between the shortest and the longest length.
    private func roots(_ a: Double) -> ClosedRange<Double> { 0...(max(abs((cells.last?.upper ?? 0) - a), a) + 1) }

    /// The least value over a range of a function that first falls and then rises, by golden sections; of any other, one of its values.
    private static func least(_ range: ClosedRange<Double>, _ f: (Double) -> Double) -> Double {
        let golden = 0.618_033_988_749_894_9
        var (low, high) = (range.lowerBound, range.upperBound)
        var a = high - golden * (high - low)
        var b = low + golden * (high - low)
        var (atA, atB) = (f(a), f(b))
        var best = min(atA, atB)
        for _ in 0..<32 {
            if atA <= atB {
                (high, b, atB) = (b, a, atA)
                a = high - golden * (high - low)
                atA = f(a)
                best = min(best, atA)
            } else {
                (low, a, atA) = (a, b, atB)
                b = low + golden * (high - low)
                atB = f(b)
                best = min(best, atB)
            }
        }
        return best
    }

    private typealias Part = (length: Double, count: Double)

    /// All as near to one length as their buckets let them: clamped to a level that gives the mean.
    private var lowest: [Part] {
        var low = 0.0
        var high = cells.last?.upper ?? 0
        func mean(_ level: Double) -> Double {
            cells.reduce(0) { $0 + $1.count * min($1.upper, max($1.lower, level)) } / total
        }
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if mean(middle) < self.mean { low = middle } else { high = middle }
        }
        return cells.map { (min($0.upper, max($0.lower, low)), $0.count) }
    }

    /// All at the ends of their buckets, the upper ones as far as the mean lets them.
    private var highest: [Part] {
        var spare = mean * total - cells.reduce(0) { $0 + $1.lower * $1.count }
        var parts: [Part] = []
        for cell in cells.reversed() {
            let room = (cell.upper - cell.lower) * cell.count
            let share = room > 0 ? min(1, max(0, spare / room)) : 0
            spare -= share * room
            parts.append((cell.upper, cell.count * share))
            parts.append((cell.lower, cell.count * (1 - share)))
        }
        return parts
    }
}
