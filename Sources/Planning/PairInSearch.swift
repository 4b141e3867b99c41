import Sizing
import SizingNumerics

/// A pair of instances as all searches of its shapes see it: made once for hundreds of numbers of FFN instances and microbatches.
final class PairInSearch {
    /// Index in the problem.
    let index: Int
    /// Of a full slot.
    let slotLoad: SlotLoad
    /// Of a slot, full or not, as the barrier sees it.
    let occupied: SlotLoad
    let occupancy: Double
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
        occupancy = pair.occupancy
        occupied = pair.occupancy < 1 ? pair.slotLoad.occupied(pair.occupancy) : pair.slotLoad
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

/// E[max of x standard normals], for each x that is asked for computed once and kept: a search asks for a few again and again.
final class LargestNormal {
    /// Not a number where it has not been asked for yet.
    private var values: [Double] = []
    /// Beyond it nothing is kept: a value takes some microseconds.
    private static let capacity = 4096

    subscript(x: Int) -> Double {
        guard x > 1 else { return 0 }
        guard x < Self.capacity else { return Self.value(x) }
        while values.count <= x { values.append(.nan) }
        if values[x].isNaN { values[x] = Self.value(x) }
        return values[x]
    }

    private static func value(_ x: Int) -> Double {
        NormalMaximum.tailIntegral(from: -NormalMaximum.bound, to: NormalMaximum.bound, count: Double(x))
            - NormalMaximum.bound
    }
}
