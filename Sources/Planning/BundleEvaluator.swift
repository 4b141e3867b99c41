import Glibc
import Numerics
import Sizing

/// Evaluates bundles of one pair, FFN count and number of microbatches: exactly, and by bounds that cost little.
///
/// With y FFN instances each takes xB/y requests, so the FFN's curve (and that of communication, where it is on rB) is
/// stretched by y; the barrier is over x instances. τ never falls with x or B.
final class BundleEvaluator {
    let pairIndex: Int
    let pair: InstancePair
    let ffn: Int
    let microbatches: Int?
    let limits: PlanLimits
    let fleet: Fleet
    /// Exact evaluations so far.
    private(set) var evaluations = 0
    private var stages: [Int: StageLatencies] = [:]
    private let largestNormal: LargestNormal

    init(
        _ problem: PlanProblem, pair index: Int, ffn: Int, microbatches: Int?, largestNormal: LargestNormal
    ) {
        pairIndex = index
        pair = problem.pairs[index]
        self.ffn = ffn
        self.microbatches = microbatches
        limits = problem.limits
        fleet = Fleet(problem, pair: pair)
        self.largestNormal = largestNormal
    }

    /// Stages of a bundle with `ffn` FFN instances; nil where the model cannot be asked.
    func stages(batchSize: Int) -> StageLatencies? {
        if let known = stages[batchSize] { return known }
        guard let plain = try? pair.stages(batchSize: batchSize) else { return nil }
        let y = Double(ffn)
        let made =
            ffn == 1
            ? plain
            : StageLatencies(
                attention: plain.attention, ffn: plain.ffn.stretched(by: y),
                communication: plain.communicationLoad == .aggregateBatch
                    ? plain.communication.stretched(by: y) : plain.communication,
                communicationLoad: plain.communicationLoad)
        stages[batchSize] = made
        return made
    }

    /// The bundle of x Attention instances at a batch, or nil where it breaks a limit.
    func point(attention x: Int, batchSize: Int) -> BundlePoint? {
        guard let stages = stages(batchSize: batchSize),
            let parameters = try? BundleParameters(
                slotLoad: pair.slotLoad, stages: stages, batchSize: batchSize, microbatches: microbatches)
        else { return nil }
        evaluations += 1
        let model = GaussianBarrierCycle(parameters)
        let duration = model.duration(ratio: Double(x))
        guard duration > 0, duration.isFinite else { return nil }
        let tokens = pair.tokensPerStep
        let m = Double(microbatches ?? 1)
        let tpot = m * duration / tokens
        let tpot99 = m * Self.duration(parameters, ratio: Double(x), percentile: 0.99) / tokens
        if let limit = limits.tpot, (limits.percentile == .mean ? tpot : tpot99) > limit { return nil }
        let throughput = 1e6 * Double(x) * Double(batchSize) * tokens / duration
        guard let bundles = fleet.bundles(attention: x, ffn: ffn, throughput: throughput) else { return nil }
        return BundlePoint(
            pair: pairIndex, attentionInstances: x, ffnInstances: ffn, batchSize: batchSize,
            microbatches: microbatches, cycle: model.cycle(ratio: Double(x)), throughput: throughput, tpot: tpot,
            tpot99: tpot99, bundles: bundles,
            score: fleet.score(attention: x, ffn: ffn, throughput: throughput, bundles: bundles))
    }

    /// The quantile of a step: every term rises with the largest of the loads, so the step's quantile is the step at the
    /// load's, Φ(z)^r = p.
    static func duration(_ parameters: BundleParameters, ratio: Double, percentile p: Double) -> Double {
        let stages = parameters.stages
        let z = -NormalDistribution.quantile(-expm1(log(p) / ratio))
        let f = stages.ffnTime(ratio: ratio, batchSize: parameters.batchSize)
        let c = stages.communicationTime(ratio: ratio, batchSize: parameters.batchSize)
        let single = stages.attention.latency(at: parameters.meanLoad + parameters.loadDeviation * z)
        guard let m = parameters.microbatches else { return max(single, f, c) }
        let root = Double(m).squareRoot()
        let mean = stages.attention.latency(at: parameters.meanLoad + parameters.loadDeviation * z / root)
        return max(mean, f, c, (single + f + c) / Double(m))
    }
}

// MARK: Bounds

extension BundleEvaluator {
    /// An upper bound of the score over a box of x and B; nil where all of it breaks a limit.
    ///
    /// τ ≥ max(E[t_A of the slowest], t_F, t_C) by Jensen, and with m microbatches ≥ an m-th of the sum, too. Of the
    /// Attention curve the line below it is taken, its value at no load with its least slope: then
    /// E[t_A of the slowest] ≥ α(Bθ + √B ν e_x) + β, e_x = E[max of x normals], which falls with B per request. The FFN's
    /// curve is taken at its least per request. So the Attention bound is sharp at the box's upper end and the FFN's at its
    /// lower.
    func bound(x: ClosedRange<Int>, batch: ClosedRange<Int>) -> Double? {
        guard let low = stages(batchSize: batch.lowerBound), let high = stages(batchSize: batch.upperBound) else {
            return nil
        }
        let corner = leastDuration(low, x: x.lowerBound, batch: batch.lowerBound)
        let m = Double(microbatches ?? 1)
        let tokens = pair.tokensPerStep
        if let limit = limits.tpot, m * corner / tokens > limit { return nil }
        let (x1, x2) = (Double(x.lowerBound), Double(x.upperBound))
        let (b1, b2) = (Double(batch.lowerBound), Double(batch.upperBound))
        // Least time per request of one Attention instance, and of the whole bundle through the FFN.
        let perAttention = leastAttention(high, x: x.lowerBound, b2)
        let n = (x1 * b1)...(x2 * b2)
        var perFFN = low.ffn.leastLatencyPerLoad(in: n)
        var perInstance = perAttention
        var perRequest = 0.0
        switch low.communicationLoad {
        case .aggregateBatch:
            // The curve at the largest batch is the highest; the one at the smallest bounds from below.
            perRequest = low.communication.leastLatencyPerLoad(in: n)
        case .attentionBatch:
            perInstance = max(perInstance, low.communication.leastLatencyPerLoad(in: b1...b2))
        }
        if microbatches != nil {
            // The round: (a + f + c)/m, each at its least per request of the bundle.
            let round = (perAttention / x2 + perFFN + perRequest) / m
            perFFN = max(perFFN, round)
        }
        perFFN = max(perFFN, perRequest)
        let scale = 1e6 * tokens
        let throughput = scale * min(x2 * b2 / corner, x2 / perInstance, 1 / perFFN)
        func per(_ attention: Double, _ ffnWeight: Double) -> Double {
            let y = Double(ffn)
            let rising = x2 / (x2 * attention + y * ffnWeight)
            return scale
                * min(
                    rising * b2 / corner, rising / perInstance, 1 / (perFFN * (x1 * attention + y * ffnWeight)))
        }
        return fleet.bound(
            x: x, ffn: ffn, throughput: throughput, perWeight: per(fleet.weights.attention, fleet.weights.ffn),
            perDevice: per(Double(fleet.devices.attention), Double(fleet.devices.ffn)))
    }

    private func leastDuration(_ stages: StageLatencies, x: Int, batch: Int) -> Double {
        let f = stages.ffnTime(ratio: Double(x), batchSize: batch)
        let c = stages.communicationTime(ratio: Double(x), batchSize: batch)
        let line = Self.lineBelow(stages.attention)
        let a = line.beta + line.alpha * Double(batch) * pair.slotLoad.mean
        let spread = line.alpha * Double(batch).squareRoot() * pair.slotLoad.standardDeviation * largestNormal[x]
        guard let microbatches else { return max(a + spread, f, c) }
        let m = Double(microbatches)
        return max(a + spread / m.squareRoot(), f, c, (a + spread + f + c) / m)
    }

    /// The least of E[t_A of the slowest]/B over a range of batches.
    private func leastAttention(_ high: StageLatencies, x: Int, _ b2: Double) -> Double {
        let line = Self.lineBelow(high.attention)
        // (β(B) + α√B ν e)/B falls with B: a fixed part, a roofline through the origin, and a root.
        let root = (Double(microbatches ?? 1) * b2).squareRoot()
        let spread = line.alpha * pair.slotLoad.standardDeviation * largestNormal[x] / root
        return line.beta / b2 + line.alpha * pair.slotLoad.mean + spread
    }

    /// The line through the latency at no load with the least slope: nowhere above the model.
    private static func lineBelow(_ model: LatencyModel) -> (alpha: Double, beta: Double) {
        (model.segments.reduce(.infinity) { min($0, $1.slope) }, model.latency(at: 0))
    }
}

/// E[max of x standard normals] for x from 1, computed once and kept.
final class LargestNormal {
    private var values: [Double] = [0, 0]

    subscript(x: Int) -> Double {
        while values.count <= x {
            let count = Double(values.count)
            values.append(
                NormalMaximum.tailIntegral(from: -NormalMaximum.bound, to: NormalMaximum.bound, count: count)
                    - NormalMaximum.bound)
        }
        return values[x]
    }
}
