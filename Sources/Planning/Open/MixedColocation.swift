import Hardware
import Sizing

/// One pool without any split: instances that decode and prefill in chunks in the same steps, at the same rate and limits.
public struct MixedColocation: Sendable {
    /// Instances of the plan's Attention kind; nil where no number of them keeps the limits.
    public let instances: Int?
    /// Requests that decode on an instance at most, beside the one whose prompt is in work.
    public let batchSize: Int?
    public let chunkTokens: Int?
    public let service: MixedService?
    /// How much heavier they are than the plan's bundles and prefill instances, relative; below 0 where lighter.
    public let gain: Double?
    public let verdict: Colocation.Verdict

    static let infeasible = MixedColocation(
        instances: nil, batchSize: nil, chunkTokens: nil, service: nil, gain: nil, verdict: .colocatedInfeasible)

    /// Tokens of a chunk that are tried where none are given.
    static let chunkChoices = (6...14).map { 1 << $0 }
}

/// Which of three deployments for one rate is the lightest.
public enum LightestDeployment: String, Hashable, Sendable, CaseIterable {
    /// Prefill, Attention and FFN instances.
    case disaggregated
    /// Prefill instances, and instances that do both Attention and FFN.
    case colocated
    /// One pool for all.
    case mixed
    /// The lightest two differ by no more than the accuracy of the numbers.
    case tie
}

extension OpenPlanProblem {
    /// The lightest pool without any split; nil where it is not asked for or no prefill is described.
    func mixedColocation(
        _ best: OpenPoint, _ choice: PrefillChoice?, _ arrivals: Arrivals, _ budget: SearchBudget
    ) -> MixedColocation? {
        guard let mixing, let choice, let saturated = atConstantLoad(target: .shape) else { return nil }
        let pair = pairs[best.pair]
        let weight = saturated.weights(of: pair).attention
        let chunks = mixing.chunkTokens.map { [$0] } ?? MixedColocation.chunkChoices
        let search = MixedSearch(
            load: load, service: service, arrivals: arrivals, routing: routing, given: prefill[choice.kind].time)
        var found: MixedSearch.Found?
        for candidate in ColocatedInstance.candidates(
            pair, instances: best.attentionInstances + best.ffnInstances)
        {
            // The prompt in work has a slot of its own.
            guard let bundle = candidate.open(load, limits), bundle.bundle.batchSize > 1 else { continue }
            let decoding = bundle.limited(batchSize: bundle.bundle.batchSize - 1)
            for chunk in chunks {
                budget.look()
                if budget.isCancelled { return nil }
                let most = found.map { ($0.instances - 1) / candidate.group } ?? 1_000_000
                guard most > 0, let pool = MixedSearch.Pool(candidate, decoding, chunk, search, limits) else {
                    continue
                }
                if let better = search.fewest(pool, atMost: most) { found = better }
            }
        }
        guard let found else { return .infeasible }
        let planned = best.weight + choice.weight
        let gain = Double(found.instances) * weight / planned - 1
        return MixedColocation(
            instances: found.instances, batchSize: found.batchSize, chunkTokens: found.chunkTokens,
            service: found.service, gain: gain,
            verdict: abs(gain) <= pair.accuracy ? .tie : gain > 0 ? .disaggregate : .doNotDisaggregate)
    }

    /// Which of the plan, colocated decoding and one pool is the lightest, prefill instances counted.
    func lightest(
        _ best: OpenPoint, _ choice: PrefillChoice?, _ colocated: OpenColocation?, _ mixed: MixedColocation
    ) -> LightestDeployment {
        let prefill = choice?.weight ?? 0
        let planned = best.weight + prefill
        var weights = [(LightestDeployment.disaggregated, planned)]
        if let gain = colocated?.gain { weights.append((.colocated, best.weight * (1 + gain) + prefill)) }
        if let gain = mixed.gain { weights.append((.mixed, planned * (1 + gain))) }
        weights.sort { $0.1 < $1.1 }
        let isTie = weights.count > 1 && weights[1].1 <= weights[0].1 * (1 + pairs[best.pair].accuracy)
        return isTie ? .tie : weights[0].0
    }
}

/// The fewest instances of one pool that keep all limits.
struct MixedSearch {
    let load: OpenLoad
    let service: ServiceLimits
    let arrivals: Arrivals
    let routing: Routing
    /// The prefill of the plan: where latencies are given, chunks take its coefficients.
    let given: PrefillTime

    struct Found {
        let instances: Int
        let batchSize: Int
        let chunkTokens: Int
        let service: MixedService
    }

    /// Instances that step together, their decode, and what chunks add to it.
    final class Pool {
        let group: Int
        let bundle: SolvedBundle
        let chunkTokens: Int
        let batchIsFixed: Bool
        private let lengths: RequestLengths
        private let time: PrefillTime
        private let hardware: DerivedHardware?
        private var known: [Int: ChunkedPrompts] = [:]

        /// nil where the prefill cannot be derived.
        init?(
            _ instance: ColocatedInstance, _ bundle: SolvedBundle, _ chunkTokens: Int, _ search: MixedSearch,
            _ limits: PlanLimits
        ) {
            group = instance.group
            self.bundle = bundle
            self.chunkTokens = chunkTokens
            batchIsFixed = limits.batchSize != nil
            lengths = search.load.lengths
            switch instance.pair.latencies {
            case .given:
                time = search.given
                hardware = nil
            case .derived(let hardware):
                guard let own = hardware.description.chunkAttention(of: instance, like: search.given) else {
                    return nil
                }
                time = own
                self.hardware = hardware
            }
        }

        /// Where `requests` decode on each instance.
        func prompts(_ requests: Int) -> ChunkedPrompts? {
            // Given coefficients do not know the number.
            let key = hardware == nil ? 0 : requests
            if let prompts = known[key] { return prompts }
            let made = ChunkedPrompts(lengths: lengths.prefill, time: time, chunkTokens: chunkTokens) { tokens in
                guard let hardware else { return time.perToken * tokens }
                return (try? hardware.timeOfTokens(tokens, besideBatch: requests, instances: group)) ?? .infinity
            }
            guard made.meanAdded.isFinite else { return nil }
            known[key] = made
            return made
        }
    }

    private func given(_ bundle: SolvedBundle, _ pool: Pool, groups: Int) -> (bound: ServiceBound?, MixedService?) {
        let given = bundle.mixedService(arrivals, groups: groups, routing: routing, prompts: pool.prompts)
        return (given.map { $0.bound(service) } ?? .prefill, given)
    }

    /// With the largest batch that keeps TPOT; nil where that breaks another limit.
    private func fitting(_ pool: Pool, groups: Int) -> Found? {
        func found(_ batch: Int) -> (bound: ServiceBound?, found: Found?) {
            let (bound, given) = given(pool.bundle.limited(batchSize: batch), pool, groups: groups)
            guard bound == nil, let given else { return (bound, nil) }
            return (
                nil,
                Found(
                    instances: groups * pool.group, batchSize: batch, chunkTokens: pool.chunkTokens, service: given)
            )
        }
        let largest = pool.bundle.bundle.batchSize
        let (bound, whole) = found(largest)
        if let whole { return whole }
        guard bound == .tpot, !pool.batchIsFixed else { return nil }
        var (low, high) = (0, largest)
        while high - low > max(1, high / 64) {
            let middle = (low + high) / 2
            if found(middle).bound == .tpot { high = middle } else { low = middle }
        }
        return low > 0 ? found(low).found : nil
    }

    /// The fewest groups that keep all limits, at most `most`; nil where those do not.
    func fewest(_ pool: Pool, atMost most: Int) -> Found? {
        let capacity = pool.bundle.capacity
        guard capacity > 0 else { return nil }
        let least = (arrivals.requestsPerSecond / capacity).rounded(.up)
        guard least <= Double(most) else { return nil }
        // Where a bound is known, one look tells most that are no better.
        if most < 1_000_000, fitting(pool, groups: most) == nil { return nil }
        var low = max(0, Int(least) - 1)
        var high = min(most, low + 1)
        var step = 1
        var best = fitting(pool, groups: high)
        while best == nil {
            guard high < most else { return nil }
            low = high
            high = min(most, high + step)
            step *= 2
            best = fitting(pool, groups: high)
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if let found = fitting(pool, groups: middle) { (high, best) = (middle, found) } else { low = middle }
        }
        return best
    }
}

extension HardwareDescription {
    /// The attention of chunks on the Attention devices, whose data-parallel ranks share a chunk's tokens evenly; nil where it cannot be
    /// derived.
    fileprivate func chunkAttention(of instance: ColocatedInstance, like other: PrefillTime) -> PrefillTime? {
        guard
            let one = try? PrefillInstance(
                device: attention.device, tensorParallel: attention.tensorParallel,
                efficiencies: attention.efficiencies),
            let time = try? PrefillDerivation(model: model, precision: precision, instance: one)
                .time(cachedFraction: other.cachedFraction)
        else { return nil }
        let ranks = Double(attention.dataParallel * instance.group)
        return try? PrefillTime(
            perToken: time.perToken, perPass: time.perPass, perPair: time.perPair / ranks,
            windows: time.windows.map { .init(perPair: $0.perPair / ranks, tokens: $0.tokens) },
            cachedFraction: time.cachedFraction)
    }
}

/// What ``MixedColocation`` is asked with.
public struct MixedPrefill: Hashable, Sendable {
    /// Tokens of a chunk; nil where they are to be chosen.
    public let chunkTokens: Int?

    public init(chunkTokens: Int?) { self.chunkTokens = chunkTokens }
}
