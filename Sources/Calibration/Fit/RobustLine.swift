/// The Theil–Sen line: the weighted median of the slopes of all pairs, and the median of what is left.
///
/// Up to 29 % of the samples may be anywhere without moving it far (H. Theil 1950, P. K. Sen, JASA 63, 1968). A pair's slope counts
/// by the distance of its loads (Jaeckel's choice, and Scholz's), so that the noise of near loads does not drown the rest.
public struct RobustLine: Hashable, Sendable {
    /// Microseconds per unit of load.
    public let alpha: Double
    /// Microseconds.
    public let beta: Double
    /// 1.4826 times the median of the absolute residuals: a standard deviation that outliers do not move.
    public let scale: Double

    /// More samples than this are first thinned to as many, evenly by load.
    static let maximumSamples = 600

    /// `nil` unless there are two distinct loads.
    init?(_ samples: [(load: Double, latency: Double, weight: Double)]) {
        let ordered = samples.sorted { ($0.load, $0.latency) < ($1.load, $1.latency) }
        let chosen =
            ordered.count <= Self.maximumSamples
            ? ordered
            : (0..<Self.maximumSamples).map { ordered[$0 * (ordered.count - 1) / (Self.maximumSamples - 1)] }
        var slopes: [(value: Double, weight: Double)] = []
        slopes.reserveCapacity(chosen.count * (chosen.count - 1) / 2)
        for j in chosen.indices {
            for i in 0..<j where chosen[j].load > chosen[i].load {
                let distance = chosen[j].load - chosen[i].load
                slopes.append(
                    (
                        (chosen[j].latency - chosen[i].latency) / distance,
                        distance * chosen[i].weight * chosen[j].weight
                    ))
            }
        }
        guard !slopes.isEmpty else { return nil }
        let slope = Self.median(&slopes)
        var rest = samples.map { (value: $0.latency - slope * $0.load, weight: $0.weight) }
        let intercept = Self.median(&rest)
        var deviations = samples.map {
            (value: abs($0.latency - slope * $0.load - intercept), weight: $0.weight)
        }
        alpha = slope
        beta = intercept
        scale = 1.4826 * Self.median(&deviations)
    }

    /// Latency at `load`, microseconds.
    func latency(at load: Double) -> Double { alpha * load + beta }

    /// The weighted median; the mean of the two middle values where the weights split evenly. Reorders the values.
    ///
    /// By partition around pivots, in linear time as a rule; where pivots are unlucky too often, by sorting what is left.
    static func median(_ values: inout [(value: Double, weight: Double)]) -> Double {
        let half = values.reduce(0) { $0 + $1.weight } / 2
        var low = 0
        var high = values.count
        // Weight of what lies below `low`, and the turns before the rest is sorted.
        var below = 0.0
        var turns = 2 * (Int.bitWidth - values.count.leadingZeroBitCount)
        while high - low > 16, turns > 0 {
            turns -= 1
            let pivot = middle(values[low].value, values[(low + high) / 2].value, values[high - 1].value)
            var left = low
            var right = high - 1
            var weight = 0.0
            while left <= right {
                while values[left].value < pivot {
                    weight += values[left].weight
                    left += 1
                }
                while values[right].value > pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    weight += values[left].weight
                    left += 1
                    right -= 1
                }
            }
            // What lies below `left` is at most the pivot; an even split is left to the end, where both neighbours are seen.
            if below + weight > half {
                high = left
            } else if below + weight < half {
                below += weight
                low = left
            } else {
                break
            }
        }
        values[low..<high].sort { $0.value < $1.value }
        var sum = below
        for index in low..<high {
            sum += values[index].weight
            if sum > half { return values[index].value }
            if sum == half, index + 1 < high { return (values[index].value + values[index + 1].value) / 2 }
        }
        return high > 0 ? values[high - 1].value : 0
    }

    private static func middle(_ a: Double, _ b: Double, _ c: Double) -> Double { max(min(a, b), min(max(a, b), c)) }
}
