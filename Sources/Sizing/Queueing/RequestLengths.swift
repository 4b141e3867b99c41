import Glibc
import SizingNumerics
import Text

/// The distributions of prefill and decode length as points: what times of single requests are made of.
///
/// A continuous or parametric law is taken at equal steps of a standard normal, where the trapezoid rule is exact but for rounding;
/// observed lengths in bins a per cent wide, each at its mean.
public struct RequestLengths: Hashable, Sendable {
    /// Tokens.
    public let prefill: WeightedValues
    /// Steps, from 1.
    public let decode: WeightedValues
    /// E[D].
    public let meanDecode: Double
    /// Var D / E[D]².
    public let squaredVariationOfDecode: Double
    /// E[min(D, D′)]/E[D] of two requests: a half for geometric lengths, 1 for fixed ones.
    public let meanOfLesserDecode: Double

    /// - Throws: `InvalidInput` naming `workload` where only the moments of the slot load are known.
    public init(_ workload: Workload) throws(InvalidInput) {
        let variance: Double
        switch workload.requests {
        case .moments:
            throw InvalidInput(
                field: "workload",
                rule: "must give prefill and decode lengths, or requests: arrivals ask how long they stay")
        case .independent(let prefill, let decode):
            self.prefill = prefill.points(atLeast: 0)
            self.decode = decode.points(atLeast: 1)
            let moments = decode.decodeMoments
            meanDecode = moments.mean
            variance = moments.variance
        case .trace(let trace):
            var prefill = LengthBinning()
            var decode = LengthBinning()
            var sums = (weight: 0.0, first: 0.0, second: 0.0)
            for index in 0..<trace.count {
                let weight = trace.weight(at: index)
                let d = Double(trace.decode[index])
                prefill.add(Double(trace.prefill[index]), weight: weight)
                decode.add(d, weight: weight)
                sums.weight += weight
                sums.first += weight * d
                sums.second += weight * d * d
            }
            self.prefill = prefill.points
            self.decode = decode.points
            meanDecode = sums.first / sums.weight
            variance = max(0, sums.second / sums.weight - meanDecode * meanDecode)
        }
        squaredVariationOfDecode = variance / (meanDecode * meanDecode)
        meanOfLesserDecode = min(1, decode.meanOfLesser / decode.mean)
    }
}

/// Lengths by bins a per cent wide; single lengths up to 128.
struct LengthBinning {
    private var bins: [Int: (weight: Double, sum: Double)] = [:]

    mutating func add(_ length: Double, weight: Double) {
        let bin = length < 128 ? Int(length) : 128 + Int(log(length / 128) * 100)
        let old = bins[bin] ?? (0, 0)
        bins[bin] = (old.weight + weight, old.sum + weight * length)
    }

    var points: WeightedValues {
        WeightedValues(bins.values.map { (value: $0.weight > 0 ? $0.sum / $0.weight : 0, weight: $0.weight) })
    }
}

extension LengthDistribution {
    /// The distribution as at most some hundred points; draws below `least` count as `least`.
    func points(atLeast least: Double) -> WeightedValues {
        switch shape {
        case .fixed(let value): return WeightedValues([(value: max(least, value), weight: 1)])
        case .empirical(let lengths):
            var bins = LengthBinning()
            for (index, value) in lengths.values.enumerated() {
                bins.add(max(least, value), weight: lengths.weight(at: index))
            }
            return bins.points
        case .geometric(let mean):
            guard mean > 1 else { return WeightedValues([(value: 1, weight: 1)]) }
            // ln P(X > k) = k ln(1 − 1/μ); a continuous exponential half a step up has the same mean to second order.
            let rate = -log1p(-1 / mean)
            let shift = mean - 1 / rate
            return Self.onNormal { z in max(least, shift - log(NormalDistribution.upperTail(z)) / rate) }
        case .uniform(let minimum, let maximum):
            let (low, width) = (Double(minimum) - 0.5, Double(maximum - minimum) + 1)
            return Self.onNormal { z in max(least, low + width * NormalDistribution.cumulative(z)) }
        case .lognormal(let mean, let deviation):
            guard deviation > 0 else { return WeightedValues([(value: max(least, mean), weight: 1)]) }
            let parameters = LognormalParameters(mean: mean, standardDeviation: deviation)
            return Self.onNormal(centre: parameters.scale) { z in
                max(least, exp(parameters.location + parameters.scale * z))
            }
        }
    }

    /// Points of a quantile function at z = −6.5 … 6.5 + 2 `centre`: a lognormal's moments lie k σ to the right.
    private static func onNormal(centre: Double = 0, _ value: (Double) -> Double) -> WeightedValues {
        let step = 0.0625
        let last = Int((6.5 + min(8, 2 * centre)) / step)
        return WeightedValues(
            (-104...last).map { node in
                let z = Double(node) * step
                return (value: value(z), weight: NormalDistribution.density(z))
            })
    }
}
