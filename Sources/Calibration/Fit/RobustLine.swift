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

    /// The weighted median; the mean of the two middle values where the weights split evenly.
    static func median(_ values: inout [(value: Double, weight: Double)]) -> Double {
        values.sort { $0.value < $1.value }
        let half = values.reduce(0) { $0 + $1.weight } / 2
        var sum = 0.0
        for index in values.indices {
            sum += values[index].weight
            if sum > half { return values[index].value }
            if sum == half, index + 1 < values.count { return (values[index].value + values[index + 1].value) / 2 }
        }
        return values.last?.value ?? 0
    }
}
