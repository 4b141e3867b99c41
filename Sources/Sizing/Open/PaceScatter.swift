import Glibc
import SizingNumerics

/// TPOT over tokens: by the number of requests present, and by the load of the slowest instance where so many are.
///
/// Numbers are taken in groups of about half a deviation. Within a group a step is the step at the load T(z) that is as likely to be
/// exceeded as z of a standard normal (three moments, Wilson and Hilferty's cube), with Φ(z)^r for the slowest of r instances; only its
/// ratio to its own mean counts, times the pace of the curve. Load and number go together: while requests are heavy the bundle is
/// slow and they gather (``LoadModulation``). By the linear response the load of all is E[u | k] = c (k − k̄)/k̄ from its mean, which
/// takes a part ρ² off the variance that is left.
struct PaceScatter {
    private struct Group {
        /// Part of the tokens.
        var share: Double
        /// r, of the slowest.
        var instances: Double
        /// TPOT at the scores, microseconds; non-decreasing.
        var paces: [Double]
    }

    private let groups: [Group]

    /// Scores z of the load: −4, −3.75, … 6.
    private static let scores = (0...40).map { -4 + 0.25 * Double($0) }
    private static let logCumulative = scores.map { NormalDistribution.logCumulative($0) }
    /// Parts of the tokens at which groups end: Φ(z) at z = −2.75, −2.25, … 3.25.
    private static let ends = (0...12).map { NormalDistribution.cumulative(-2.75 + 0.5 * Double($0)) }

    init(_ solved: SolvedBundle, _ law: Occupancy, _ loads: LoadModulation) {
        let mean = law.numbers.reduce(0) { $0 + $1.share * $1.requests }
        var groups: [Group] = []
        var share = 0.0
        var requests = 0.0
        var pace = 0.0
        var passed = 0.0
        func close() {
            guard share > 0 else { return }
            let (k, t) = (requests / share, pace / share)
            let moved = mean > 0 ? max(-0.9, loads.follow * (k - mean) / mean) : 0
            let (shape, instances) = Self.shape(solved, requests: k, moved: moved, explained: loads.explained)
            groups.append(Group(share: share, instances: instances, paces: shape.map { t * $0 }))
            share = 0
            requests = 0
            pace = 0
        }
        // By rising number; a number that lies across an end counts in part, so that groups move smoothly with the rate.
        var end = 0
        for number in law.numbers.reversed() {
            var left = number.share
            while left > 0 {
                let room = end < Self.ends.count ? max(0, Self.ends[end] - passed) : .infinity
                let part = min(left, room)
                share += part
                requests += part * number.requests
                pace += part * number.pace
                passed += part
                left -= part
                if left > 0 || part == room {
                    close()
                    end += 1
                }
            }
        }
        close()
        self.groups = groups
    }

    /// Steps at the scores over their mean at unmoved loads, and of how many instances the slowest counts; 1 where loads do not scatter.
    private static func shape(
        _ solved: SolvedBundle, requests: Double, moved: Double, explained: Double
    ) -> (relative: [Double], instances: Double) {
        let working = solved.working(requests: requests)
        let ratio = working.instances
        let slots = solved.bundle.load.slotLoad
        guard slots.standardDeviation > 0,
            let steps = solved.theory.steps(working)
        else { return ([Double](repeating: 1, count: scores.count), 1) }
        let skewness = min(2, max(-2, slots.skewness / Double(working.batchSize).squareRoot()))
        func map(_ z: Double) -> Double {
            guard abs(skewness) > 1e-6 else { return z }
            let base = max(0, 1 + skewness * z / 6 - skewness * skewness / 36)
            return 2 / skewness * (base * base * base - 1)
        }
        let maps = scores.map(map)
        let whole = maps.map { steps($0, 0) }
        // E of the slowest: steps times what Φ^r gains.
        var mean = whole[0]
        var below = exp(ratio * logCumulative[0])
        for index in 1..<scores.count {
            let next = exp(ratio * logCumulative[index])
            mean += (whole[index] - whole[index - 1]) * (1 - (below + next) / 2)
            below = next
        }
        guard mean > 0 else { return ([Double](repeating: 1, count: scores.count), 1) }
        let left = max(0, 1 - explained / ratio).squareRoot()
        return (maps.map { max(0, steps(left * $0, moved)) / mean }, ratio)
    }

    /// P(TPOT ≤ t).
    func share(within time: Double) -> Double {
        var sum = 0.0
        for group in groups {
            let paces = group.paces
            guard time >= paces[0] else { continue }
            guard time < paces[paces.count - 1] else {
                sum += group.share
                continue
            }
            var (low, high) = (0, paces.count - 1)
            while high - low > 1 {
                let middle = (low + high) / 2
                if paces[middle] <= time { low = middle } else { high = middle }
            }
            let part = (time - paces[low]) / (paces[high] - paces[low])
            let logarithm = Self.logCumulative[low] + part * (Self.logCumulative[high] - Self.logCumulative[low])
            sum += group.share * exp(group.instances * logarithm)
        }
        return min(1, sum)
    }

    /// The least t with P(TPOT ≤ t) ≥ p, to rounding; p over 0 and below 1.
    func percentile(_ p: Double) -> Double {
        var high = groups.reduce(0) { max($0, $1.paces[$1.paces.count - 1]) }
        var low = 0.0
        guard share(within: high) >= p else { return high }
        for _ in 0..<44 {
            let middle = (low + high) / 2
            if share(within: middle) >= p { high = middle } else { low = middle }
        }
        return high
    }
}
