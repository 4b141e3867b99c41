import Glibc
import SizingNumerics

/// The cycle under the barrier with the loads' own distribution in place of a normal one (model section 4, last paragraph).
///
/// Each random load is a monotone map T(z) of a standard normal (`LoadQuantiles`): from the whole distribution of the
/// slot load where it is known, by the third-moment correction where only moments are. Then τ = E[φ(Z)], Z the largest of r
/// normals, with φ(z) = max(g, t_A(T(z))) in lock-step, and with m microbatches
/// φ(z) = max(f, c_out, c_back, t_A(T̄(z)), (t_A(T*(z)) + f + c)/m): T̄ the mean of an instance's m loads, T* the slowest of them,
/// because the microbatches follow one another and the round of the slowest sets the pace of all.
///
/// **What buffers take off.** With more than one microbatch an instance that has become the slowest does not set the pace at
/// once: it first uses up the lead of its waiting microbatches. In terms of paths: the pace is that of the heaviest path
/// through the recurrences; to change from one instance to another, a path goes through the FFN and gives up
/// Δ = (m − 1)t̄_A − t_F − t_C of Attention work. A path that changes every w rounds to the instance that is then the slowest
/// in the mean of w rounds gains e·s(w) − Δ/w a round over the mean one, with e the gain of an ever changing one, and
/// s(w) ≈ 1/(1 + wh/6) what is left of a deviation in the mean of w rounds when the load forgets at the rate h
/// (`Workload.decorrelationRate`). The best w gives e·κ with κ = (1 − √(Δh/6e))², so the Attention term's excess over its
/// mean, m times e/m a round, is scaled by κ. Measured against simulation it takes the error of eight microbatches from one
/// percent to a few tenths (docs/accuracy.md).
///
/// **Jitter** has no memory: of a mean over w rounds it keeps 1/√w. With λ its part of the variance, a path gains
/// e·√((1 − λ)s(w)² + λ/w) − Δ/w a round; the best w is found on a grid. And a round's jitter is that of its own microbatch, not of
/// the slowest of m: T* is the slowest of m^(1 − λ).
public final class ExactBarrierCycle: CycleTimeModel {
    public let parameters: BundleParameters
    /// Whether the loads' whole distribution was used, and not three moments.
    public let isFromDistribution: Bool
    public var assumedLoads: AssumedLoads { isFromDistribution ? .distribution : .moments }
    private let meanAttention: Double
    /// h, a round.
    private let decorrelationRate: Double
    /// The load of one microbatch, and the mean of an instance's m.
    private let one: LoadQuantiles
    private let mean: LoadQuantiles
    /// t_A at the nodes of the normal grid: of the mean of an instance's m loads, and of the slowest of them.
    private let shared: [Double]
    private let slowest: [Double]

    /// - Parameters:
    ///   - parameters: everything about the bundle but its ratio.
    ///   - workload: the one that `parameters` were made of.
    public convenience init(_ parameters: BundleParameters, workload: Workload) {
        let b = parameters.batchSize
        let m = parameters.microbatches ?? 1
        if parameters.barrier.isOfWorkload,
            let sum = LoadSum(workload, parameters.barrier.scatter, slots: b * m, fewest: b)
        {
            let one = sum.quantiles(slots: b)
            let mean = m > 1 ? sum.quantiles(slots: b * m).divided(by: Double(m)) : one
            self.init(
                parameters, one: one, mean: mean, decorrelationRate: workload.decorrelationRate,
                isFromDistribution: true)
        } else {
            self.init(thirdMoment: parameters, decorrelationRate: workload.decorrelationRate)
        }
    }

    /// From mean, deviation and skewness of the slot load alone.
    ///
    /// - Parameters:
    ///   - parameters: everything about the bundle but its ratio.
    ///   - decorrelationRate: `Workload.decorrelationRate`, where single requests are known.
    public convenience init(thirdMoment parameters: BundleParameters, decorrelationRate: Double = 0) {
        let m = Double(parameters.microbatches ?? 1)
        let skewness = parameters.loadSkewness
        let one = LoadQuantiles(
            mean: parameters.meanLoad, deviation: parameters.loadDeviation, skewness: skewness)
        let mean = LoadQuantiles(
            mean: parameters.meanLoad, deviation: parameters.loadDeviation / m.squareRoot(),
            skewness: skewness / m.squareRoot())
        self.init(
            parameters, one: one, mean: mean, decorrelationRate: decorrelationRate, isFromDistribution: false)
    }

    private init(
        _ parameters: BundleParameters, one: LoadQuantiles, mean: LoadQuantiles, decorrelationRate: Double,
        isFromDistribution: Bool
    ) {
        self.decorrelationRate = decorrelationRate
        self.parameters = parameters
        self.isFromDistribution = isFromDistribution
        self.one = one
        self.mean = mean
        let attention = parameters.attention
        shared = mean.loads.map { attention.latency(at: $0) }
        let persistent = 1 - parameters.barrier.jitterShare
        let count = parameters.microbatches.map { Double($0) } ?? 1
        slowest = one.largest(of: persistent == 1 ? count : pow(count, persistent)).loads.map {
            attention.latency(at: $0)
        }
        meanAttention =
            attention.line?.latency(at: parameters.meanLoad)
            ?? NormalGrid.expectation(maximumOf: 1) { attention.latency(at: one.loads[$0]) }
    }

    /// The loads are moved and scaled to the new moments; what the buffers take off stays as it is.
    public func moved(to parameters: BundleParameters) -> any CycleTimeModel {
        let old = self.parameters
        let factor = old.loadDeviation > 0 ? parameters.loadDeviation / old.loadDeviation : 1
        func moved(_ quantiles: LoadQuantiles) -> LoadQuantiles {
            quantiles.moved(from: old.meanLoad, to: parameters.meanLoad, scaledBy: factor)
        }
        return ExactBarrierCycle(
            parameters, one: moved(one), mean: moved(mean), decorrelationRate: decorrelationRate,
            isFromDistribution: isFromDistribution)
    }

    public func cycle(ratio: Double) -> CycleTime {
        guard parameters.loadDeviation > 0 else { return MeanFieldCycle(withJitterOf: parameters).cycle(ratio: ratio) }
        let rising = parameters.rising(ratio: ratio)
        let longest = NormalGrid.expectation(maximumOf: ratio) { shared[$0] }
        let round = parameters.microbatches.map { microbatches in
            (NormalGrid.expectation(maximumOf: ratio) { slowest[$0] } + rising.delay) / Double(microbatches)
        }
        return CycleTime(
            duration: duration(ratio: ratio), attention: meanAttention, slowestAttention: longest, rising: rising,
            roundShare: round ?? 0)
    }

    public func duration(ratio: Double) -> Double {
        guard parameters.loadDeviation > 0 else {
            return MeanFieldCycle(withJitterOf: parameters).duration(ratio: ratio)
        }
        return parameters.overFFNJitter(parameters.rising(ratio: ratio)) { server, delay in
            let floor = server.floor
            guard let microbatches = parameters.microbatches else {
                return NormalGrid.expectation(maximumOf: ratio) { max(floor, shared[$0]) }
            }
            let m = Double(microbatches)
            // The Attention term is drawn towards what it would be without the slowest.
            let centre = max(floor, meanAttention)
            let kept = keptExcess(ratio: ratio, floor: floor, centre: centre, delay: delay)
            return NormalGrid.expectation(maximumOf: ratio) { node in
                max(floor, centre + kept * (shared[node] - centre), (slowest[node] + delay) / m)
            }
        }
    }

    /// κ: the part of the Attention term's excess that the buffers leave.
    private func keptExcess(ratio: Double, floor: Double, centre: Double, delay: Double) -> Double {
        let m = Double(parameters.microbatches ?? 1)
        let price = (m - 1) * meanAttention - delay
        let jitterShare = parameters.barrier.jitterShare
        guard price > 0, decorrelationRate > 0 || jitterShare > 0 else { return 1 }
        let excess = m * (NormalGrid.expectation(maximumOf: ratio) { max(floor, shared[$0]) } - centre)
        guard excess > 1e-12 * centre else { return 1 }
        if jitterShare > 0 { return Self.keptExcess(price / excess, decorrelationRate, jitterShare) }
        let lost = min(1, (price * decorrelationRate / (6 * excess)).squareRoot())
        return (1 - lost) * (1 - lost)
    }

    /// The largest √((1 − λ)s(w)² + λ/w) − price/w over w ≥ 1, and over 0.
    private static func keptExcess(_ price: Double, _ rate: Double, _ jitterShare: Double) -> Double {
        var best = 0.0
        var w = 1.0
        for _ in 0..<48 {
            let persistent = 1 / (1 + w * rate / 6)
            let kept = ((1 - jitterShare) * persistent * persistent + jitterShare / w).squareRoot()
            best = max(best, kept - price / w)
            w *= 1.25
        }
        return best
    }
}
