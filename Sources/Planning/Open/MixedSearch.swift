import Hardware
import Sizing

/// The fewest instances of one pool that keep all limits.
struct MixedSearch {
    let load: OpenLoad
    let service: ServiceLimits
    let arrivals: Arrivals
    let routing: Routing
    /// The prefill of the plan: where latencies are given, chunks take its coefficients.
    let given: PrefillTime
    let budget: SearchBudget

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

    private func given(
        _ bundle: SolvedBundle, _ pool: Pool, groups: Int, _ arrivals: Arrivals
    ) -> (bound: ServiceBound?, service: MixedService?) {
        budget.look()
        let given = bundle.mixedService(arrivals, groups: groups, routing: routing, prompts: pool.prompts)
        return (given.map { $0.bound(service) } ?? .prefill, given)
    }

    /// With the largest batch that keeps TPOT; nil where that breaks another limit.
    private func fitting(_ pool: Pool, groups: Int) -> Found? {
        if budget.isCancelled { return nil }
        func found(_ batch: Int) -> (bound: ServiceBound?, found: Found?) {
            let (bound, given) = given(pool.bundle.limited(batchSize: batch), pool, groups: groups, arrivals)
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
        // What a few requests break more instances break, too.
        guard given(pool.bundle, pool, groups: 1, arrivals.scaled(by: 1e-6)).bound == nil else { return nil }
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
