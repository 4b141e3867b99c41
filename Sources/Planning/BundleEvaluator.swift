import Sizing
import SizingNumerics

/// A bundle of x Attention and y FFN instances at a batch size, with what it gives.
public struct BundlePoint: Hashable, Sendable {
    /// Index of the pair in the problem.
    public let pair: Int
    /// x.
    public let attentionInstances: Int
    /// y.
    public let ffnInstances: Int
    public let batchSize: Int
    public let microbatches: Int?
    public let cycle: CycleTime
    /// Tokens a second of the bundle.
    public let throughput: Double
    /// Mean time per output token, microseconds.
    public let tpot: Double
    /// Its 99th percentile over steps, microseconds: the step in which the slowest instance is at its 99th percentile.
    public let tpot99: Double
    /// Bundles of the fleet.
    public let bundles: Int
    /// What the problem maximises: tokens a second per unit of the objective, or of the whole fleet under a budget.
    public let score: Double

    public var ratio: Double { Double(attentionInstances) / Double(ffnInstances) }

    /// Tokens a second and instance.
    public var throughputPerInstance: Double { throughput / Double(attentionInstances + ffnInstances) }
}

/// The shape of a bundle, whatever its batch.
struct BundleShape: Hashable {
    let pair: Int
    let attention: Int
    let ffn: Int
}

/// Evaluates bundles of one pair, FFN count and number of microbatches: exactly, and by bounds that cost little.
///
/// With y FFN instances each takes xB/y requests (or those of its largest block, ``FFNDivision``), so FFN and communication
/// on rB are asked at that; the barrier is over x instances. τ never falls with x or B.
final class BundleEvaluator {
    let pair: PairInSearch
    let ffn: Int
    let microbatches: Int?
    private let division: FFNDivision
    /// Exact evaluations so far.
    private(set) var evaluations = 0

    init(_ pair: PairInSearch, ffn: Int, microbatches: Int?) {
        self.pair = pair
        self.ffn = ffn
        self.microbatches = microbatches
        division =
            pair.limits.rankRule == .blocks
            ? .blocks(
                ffnInstances: ffn, attentionRanks: pair.attentionRanks, ffnRanks: pair.ffnRanks)
            : .even(ffnInstances: ffn)
    }

    /// Of a pair that no other evaluator shares.
    convenience init(
        _ problem: PlanProblem, pair index: Int, ffn: Int, microbatches: Int?, largestNormal: LargestNormal
    ) {
        self.init(
            PairInSearch(problem, pair: index, largestNormal: largestNormal), ffn: ffn, microbatches: microbatches)
    }

    private func stages(batchSize: Int) -> StageLatencies? { pair.stages(batchSize: batchSize) }

    /// The bundle of x Attention instances at a batch, or nil where it breaks a limit.
    ///
    /// - Parameter least: nil, too, where it scores less: then its parts are not worked out.
    func point(attention x: Int, batchSize: Int, scoring least: Double = 0) -> BundlePoint? {
        guard let stages = stages(batchSize: batchSize),
            let parameters = try? BundleParameters(
                slotLoad: pair.slotLoad, stages: stages, batchSize: batchSize, microbatches: microbatches,
                occupancy: pair.occupancy, jitter: pair.jitter, division: division)
        else { return nil }
        evaluations += 1
        let model = GaussianBarrierCycle(parameters)
        let ratio = Double(x)
        let duration = model.duration(ratio: ratio)
        guard duration > 0, duration.isFinite else { return nil }
        let tokens = pair.tokensPerStep
        let m = Double(microbatches ?? 1)
        let tpot = m * duration / tokens
        let tpot99 = m * model.duration(ratio: ratio, percentile: 0.99) / tokens
        if let limit = pair.limits.tpot, (pair.limits.percentile == .mean ? tpot : tpot99) > limit { return nil }
        let throughput = 1e6 * ratio * parameters.requests * tokens / duration
        guard let bundles = pair.fleet.bundles(attention: x, ffn: ffn, throughput: throughput) else { return nil }
        let score = pair.fleet.score(attention: x, ffn: ffn, throughput: throughput, bundles: bundles)
        if score < least { return nil }
        return BundlePoint(
            pair: pair.index, attentionInstances: x, ffnInstances: ffn, batchSize: batchSize,
            microbatches: microbatches, cycle: model.cycle(ratio: ratio, duration: duration), throughput: throughput,
            tpot: tpot, tpot99: tpot99, bundles: bundles, score: score)
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
    /// lower. Jitter only lengthens a step: its mean stays, and the slowest of more scattered times is slower. All is counted per slot,
    /// of which ρ are full: the barrier takes the moments of such a slot, FFN and link take ρ requests of each.
    func bound(x: ClosedRange<Int>, batch: ClosedRange<Int>) -> Double? {
        guard let low = stages(batchSize: batch.lowerBound), let high = stages(batchSize: batch.upperBound) else {
            return nil
        }
        let corner = leastDuration(low, x: x.lowerBound, batch: batch.lowerBound)
        let m = Double(microbatches ?? 1)
        let tokens = pair.tokensPerStep
        let full = pair.occupancy
        if let limit = pair.limits.tpot, m * corner / tokens > limit { return nil }
        let (x1, x2) = (Double(x.lowerBound), Double(x.upperBound))
        let (b1, b2) = (Double(batch.lowerBound), Double(batch.upperBound))
        let y = Double(ffn)
        // Least time per request of one Attention instance, and of the whole bundle through the FFN. The curve of t_C at the
        // largest batch is the highest; the one at the smallest bounds from below.
        let perAttention = leastAttention(high, x: x.lowerBound, b2)
        let n = (full * x1 * b1 / y)...(full * x2 * b2 / y)
        let own = (full * b1)...(full * b2)
        var perInstance = perAttention
        var perFFN = full * low.ffn.leastLatencyPerLoad(in: n) / y
        let communication = pair.leastCommunication(low, batchSize: batch.lowerBound)
        if microbatches == nil {
            switch low.communicationLoad {
            case .aggregateBatch: perFFN = max(perFFN, full * communication.leastLatencyPerLoad(in: n) / y)
            case .attentionBatch: perInstance = max(perInstance, full * communication.leastLatencyPerLoad(in: own))
            }
        } else {
            // The busier direction is a server; the round, (a + f + c)/m, takes all of t_C.
            let busier = max(low.outboundShare, 1 - low.outboundShare)
            let (server, whole): (Double, Double)
            switch low.communicationLoad {
            case .aggregateBatch:
                server = full * busier * communication.leastTransferPerLoad(in: n, delay: low.linkDelay) / y
                whole = full * communication.leastLatencyPerLoad(in: n) / y
            case .attentionBatch:
                server = 0
                let one = full * busier * communication.leastTransferPerLoad(in: own, delay: low.linkDelay)
                perInstance = max(perInstance, one)
                whole = full * communication.leastLatencyPerLoad(in: own) / x2
            }
            perFFN = max(perFFN, server, (perAttention / x2 + perFFN + whole) / m)
        }
        let scale = 1e6 * full * tokens
        let throughput = scale * min(x2 * b2 / corner, x2 / perInstance, 1 / perFFN)
        func per(_ attention: Double, _ ffnWeight: Double) -> Double {
            let rising = x2 / (x2 * attention + y * ffnWeight)
            return scale
                * min(
                    rising * b2 / corner, rising / perInstance, 1 / (perFFN * (x1 * attention + y * ffnWeight)))
        }
        return pair.fleet.bound(
            x: x, ffn: ffn, throughput: throughput,
            perWeight: per(pair.fleet.weights.attention, pair.fleet.weights.ffn),
            perDevice: per(Double(pair.fleet.devices.attention), Double(pair.fleet.devices.ffn)))
    }

    private func leastDuration(_ stages: StageLatencies, x: Int, batch: Int) -> Double {
        let ratio = Double(x) / Double(ffn)
        let requests = pair.occupancy * Double(batch)
        let f = stages.ffnTime(ratio: ratio, requests: requests)
        let c = stages.communicationTime(ratio: ratio, requests: requests)
        let line = Self.lineBelow(stages.attention)
        let a = line.beta + line.alpha * Double(batch) * pair.occupied.mean
        let spread = line.alpha * Double(batch).squareRoot() * pair.occupied.standardDeviation * pair.largestNormal[x]
        guard let microbatches else { return max(a + spread, f, c) }
        let m = Double(microbatches)
        let link = stages.busierDirection(ratio: ratio, requests: requests)
        return max(a + spread / m.squareRoot(), f, link, (a + spread + f + c) / m)
    }

    /// The least of E[t_A of the slowest]/B over a range of batches.
    private func leastAttention(_ high: StageLatencies, x: Int, _ b2: Double) -> Double {
        let line = Self.lineBelow(high.attention)
        // (β(B) + α√B ν e)/B falls with B: a fixed part, a roofline through the origin, and a root.
        let root = (Double(microbatches ?? 1) * b2).squareRoot()
        let spread = line.alpha * pair.occupied.standardDeviation * pair.largestNormal[x] / root
        return line.beta / b2 + line.alpha * pair.occupied.mean + spread
    }

    /// The line through the latency at no load with the least slope: nowhere above the model.
    private static func lineBelow(_ model: LatencyModel) -> (alpha: Double, beta: Double) {
        (model.segments.reduce(.infinity) { min($0, $1.slope) }, model.latency(at: 0))
    }
}
