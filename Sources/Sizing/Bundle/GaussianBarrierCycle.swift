import Glibc
import SizingNumerics

/// The cycle under the barrier: the FFN waits for the slowest of r Attention instances whose loads are independent and
/// approximately normal, T ~ N(Bθ, Bν²) (paper v4; model sections 4 and 5).
///
/// Ideal overlap: τ = E[max(g, t_A(max T))], g = max(t_F, t_C), the maximum inside the expectation. With m microbatches an
/// instance makes up on one for time lost on another, so the Attention term sees the mean of m loads (deviation / √m) while
/// the round (t_A + t_F + t_C)/m sees the slowest single load; both move with the same normal maximum Z:
/// τ_m = E[max(g, t_A(Bθ + √B ν Z/√m), (t_A(Bθ + √B ν Z) + t_F + t_C)/m)], where g = max(t_F, c_out, c_back): each direction of
/// the link is a server of its own.
///
/// Every term is non-decreasing and piecewise linear in Z, so E[φ(Z)] = φ(−∞) + Σ slope · ∫ S over the pieces, with
/// S(z) = 1 − Φ(z)^r (`NormalMaximum`).
///
/// A class, as `any CycleTimeModel` it is asked some tens of times for each search, and a value of this size would be copied for each.
public final class GaussianBarrierCycle: CycleTimeModel {
    public let parameters: BundleParameters
    let meanAttention: Double
    /// Where the pieces of the Attention latency meet, in units of Z, rising, from −bound to bound.
    private let knots: [Double]

    public init(_ parameters: BundleParameters) {
        self.parameters = parameters
        let mean = parameters.meanLoad
        let deviation = parameters.loadDeviation
        let segments = parameters.attention.segments
        guard segments.count > 1, deviation > 0 else {
            knots = Self.ends
            meanAttention = parameters.attention.latency(at: mean)
            return
        }
        var knots = Self.ends
        for start in [0] + segments.dropFirst().map(\.start) {
            let z = (start - mean) / deviation
            knots.append(z)
            if let m = parameters.microbatches { knots.append(z * Double(m).squareRoot()) }
        }
        knots = Array(Set(knots.filter { abs($0) <= NormalMaximum.bound })).sorted()
        self.knots = knots
        meanAttention = Self.expectation(over: knots, count: 1) { z in
            Ray(parameters.attention, at: mean + deviation * z, unit: deviation, z: z)
        }
    }

    /// The knots of a line, which is one piece.
    private static let ends = [-NormalMaximum.bound, NormalMaximum.bound]

    public func moved(to parameters: BundleParameters) -> any CycleTimeModel { GaussianBarrierCycle(parameters) }

    public func cycle(ratio: Double) -> CycleTime { cycle(ratio: ratio, duration: duration(ratio: ratio)) }

    public func cycle(ratio: Double, duration: Double) -> CycleTime {
        guard parameters.loadDeviation > 0 else { return MeanFieldCycle(withJitterOf: parameters).cycle(ratio: ratio) }
        let rising = parameters.rising(ratio: ratio)
        let slowest = Self.expectation(over: knots, count: ratio, single)
        return CycleTime(
            duration: duration, attention: meanAttention, slowestAttention: slowest, rising: rising,
            roundShare: parameters.microbatches.map { (slowest + rising.delay) / Double($0) } ?? 0)
    }

    public func duration(ratio: Double) -> Double {
        guard parameters.loadDeviation > 0 else {
            return MeanFieldCycle(withJitterOf: parameters).duration(ratio: ratio)
        }
        return parameters.overFFNJitter(parameters.rising(ratio: ratio)) { server, delay in
            guard let m = parameters.microbatches else {
                return Self.expectation(over: knots, count: ratio, floor: server.floor, single)
            }
            let shrunk = parameters.loadDeviation / Double(m).squareRoot()
            return Self.expectation(over: knots, count: ratio, floor: server.floor) { z in
                Ray(parameters.attention, at: parameters.meanLoad + shrunk * z, unit: shrunk, z: z)
            } and: { z in
                self.single(z).round(delay: delay, microbatches: Double(m))
            }
        }
    }

    /// The quantile of a step: every term rises with the largest of the loads, so the step's quantile is the step at the
    /// load's, Φ(z)^r = p. Without the FFN's jitter.
    ///
    /// - Parameters:
    ///   - ratio: r, Attention instances for each FFN instance.
    ///   - p: over 0 and below 1.
    public func duration(ratio: Double, percentile p: Double) -> Double {
        let z = -NormalDistribution.quantile(-expm1(log(p) / ratio))
        let rising = parameters.rising(ratio: ratio)
        let single = parameters.attention.latency(at: parameters.meanLoad + parameters.loadDeviation * z)
        guard let microbatches = parameters.microbatches else { return max(single, rising.floor) }
        let m = Double(microbatches)
        let mean = parameters.attention.latency(
            at: parameters.meanLoad + parameters.loadDeviation * z / m.squareRoot())
        return max(mean, rising.floor, (single + rising.delay) / m)
    }

    /// The piece of the Attention latency that one instance follows at z.
    private func single(_ z: Double) -> Ray {
        let deviation = parameters.loadDeviation
        return Ray(parameters.attention, at: parameters.meanLoad + deviation * z, unit: deviation, z: z)
    }
}

extension GaussianBarrierCycle {
    /// A piece of a piecewise-linear function of z: its value at one z and its slope.
    private struct Ray {
        var z: Double
        var value: Double
        var slope: Double

        init(z: Double, value: Double, slope: Double) {
            self.z = z
            self.value = value
            self.slope = slope
        }

        /// The latency at `load`, which moves by `unit` tokens for each unit of z.
        init(_ model: LatencyModel, at load: Double, unit: Double, z: Double) {
            guard load >= 0 || model.isCarriedOnBelowZero else {
                self.init(z: z, value: model.latency(at: 0), slope: 0)
                return
            }
            let segment = model.segments[model.segmentIndex(at: load)]
            self.init(z: z, value: segment.value + segment.slope * (load - segment.start), slope: segment.slope * unit)
        }

        func round(delay: Double, microbatches m: Double) -> Ray {
            Ray(z: z, value: (value + delay) / m, slope: slope / m)
        }

        func value(at z: Double) -> Double { value + slope * (z - self.z) }

        /// Where it meets `other`, inside the open interval; `nil` where it does not.
        func crossing(_ other: Ray, between lower: Double, and upper: Double) -> Double? {
            let difference = slope - other.slope
            guard difference != 0 else { return nil }
            let z = self.z + (other.value(at: self.z) - value) / difference
            return z > lower && z < upper ? z : nil
        }
    }

    /// E[max(floor, first(Z), second(Z))] for Z the largest of `count` standard normals. `first` and `second` give the
    /// piece that holds from the knot below z on.
    private static func expectation(
        over knots: [Double], count: Double, floor: Double = -.infinity, _ first: (Double) -> Ray,
        and second: ((Double) -> Ray)? = nil
    ) -> Double {
        var total = 0.0
        for index in 0..<(knots.count - 1) {
            let (lower, upper) = (knots[index], knots[index + 1])
            let middle = (lower + upper) / 2
            let one = first(middle)
            let two = second?(middle) ?? one
            let flat = Ray(z: middle, value: floor, slope: 0)
            if index == 0 { total = max(floor, one.value(at: lower), two.value(at: lower)) }
            // At most three crossings cut the interval; between two cuts one piece is the largest.
            var cuts = (
                one.crossing(flat, between: lower, and: upper) ?? upper,
                two.crossing(flat, between: lower, and: upper) ?? upper,
                one.crossing(two, between: lower, and: upper) ?? upper
            )
            if cuts.1 < cuts.0 { swap(&cuts.0, &cuts.1) }
            if cuts.2 < cuts.1 { swap(&cuts.1, &cuts.2) }
            if cuts.1 < cuts.0 { swap(&cuts.0, &cuts.1) }
            var from = lower
            func add(to: Double) {
                guard to > from else { return }
                let between = (from + to) / 2
                let values = (one.value(at: between), two.value(at: between))
                let slope = max(values.0, values.1) <= floor ? 0 : values.0 >= values.1 ? one.slope : two.slope
                if slope > 0 { total += slope * NormalMaximum.tailIntegral(from: from, to: to, count: count) }
                from = to
            }
            // Not in a loop over an array, which would be allocated.
            add(to: cuts.0)
            add(to: cuts.1)
            add(to: cuts.2)
            add(to: upper)
        }
        return total
    }
}
