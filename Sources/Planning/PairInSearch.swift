import Sizing
import SizingNumerics

/// A pair of instances as all searches of its shapes see it: made once for hundreds of numbers of FFN instances and microbatches.
final class PairInSearch {
    /// Index in the problem.
    let index: Int
    let slotLoad: SlotLoad
    let tokensPerStep: Double
    let jitter: KernelJitter
    /// Devices of an instance of each kind.
    let attentionRanks: Int
    let ffnRanks: Int
    let limits: PlanLimits
    let fleet: Fleet
    let largestNormal: LargestNormal
    private let pair: InstancePair
    private let cache: StageCache

    init(_ problem: PlanProblem, pair index: Int, largestNormal: LargestNormal, cache: StageCache = StageCache()) {
        self.index = index
        let pair = problem.pairs[index]
        self.pair = pair
        slotLoad = pair.slotLoad
        tokensPerStep = pair.tokensPerStep
        jitter = pair.jitter
        attentionRanks = pair.attention.devices
        ffnRanks = pair.ffn.devices
        limits = problem.limits
        fleet = Fleet(problem, pair: pair)
        self.largestNormal = largestNormal
        self.cache = cache
    }

    /// Nil where the model cannot be asked.
    func stages(batchSize: Int) -> StageLatencies? { cache.stages(pair, index: index, batchSize: batchSize) }

    /// t_C nowhere above that of `stages`, those of the least batch of a box, at any batch of it.
    func leastCommunication(_ stages: StageLatencies, batchSize: Int) -> LatencyModel {
        pair.leastCommunication(stages, batchSize: batchSize)
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
