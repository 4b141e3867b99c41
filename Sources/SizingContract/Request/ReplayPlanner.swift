import Simulation
import Sizing
import Synchronization
import Text

/// The plans that advice follows in a replay: the smallest pools that keep the limits at a demand, by the theory of open systems.
///
/// A plan is made for a demand of two or three significant digits, rounded so that it is none too small; each is made once.
final class ReplayPlanner: Sendable {
    private let hardware: CheckedHardware
    private let deployment: ReplayDeploymentSchema.Decoded
    private let scalesInstances: Bool
    private let bundles: Int
    private let routing: Routing
    private let bounds: PoolBounds
    private let limits: ServiceLimits
    private let prefill: PrefillTime?
    private let known = Mutex<[AdviceDemand: PoolSizes]>([:])
    /// By batch: they depend on nothing else, and are most of a plan's work by name.
    private let stages = Mutex<[Int: StageLatencies]>([:])

    /// nil where nothing is asked of requests.
    init?(
        hardware: CheckedHardware, deployment: ReplayDeploymentSchema.Decoded, system: ReplayDeployment,
        bounds: PoolBounds, limits: ServiceLimits, prefill: PrefillTime?
    ) {
        guard limits.ttft != nil || limits.tpot != nil || limits.wait != nil else { return nil }
        self.hardware = hardware
        self.deployment = deployment
        scalesInstances = system.scalesInstances
        bundles = system.bundles
        routing =
            switch system.routing {
            case .leastLoaded, .leastKV: .leastLoaded
            case .roundRobin: .roundRobin
            case .random: .random
            }
        self.bounds = bounds
        self.limits = limits
        self.prefill = prefill
    }

    @Sendable func plan(_ demand: AdviceDemand) -> PoolSizes? {
        let rounded = Self.rounded(demand)
        if let plan = known.withLock({ $0[rounded] }) { return plan }
        guard let plan = work(rounded) else { return nil }
        known.withLock { $0[rounded] = plan }
        return plan
    }

    /// Rate, loads and lengths up to the next of steps of 2 %, dispersion and variation to the next of 10 %.
    private static func rounded(_ demand: AdviceDemand) -> AdviceDemand {
        func up(_ value: Double, _ steps: Double) -> Double {
            guard value > 0 else { return 0 }
            let scale =
                steps
                / (value.exponent >= 0
                    ? Double(1 << min(62, value.exponent)) : 1 / Double(1 << min(62, -value.exponent)))
            return (value * scale).rounded(.up) / scale
        }
        var rounded = demand
        rounded.rate = up(demand.rate, 64)
        rounded.dispersion = up(max(1, demand.dispersion), 8)
        rounded.prefill = up(demand.prefill, 64)
        rounded.uncached = min(rounded.prefill, up(demand.uncached, 64))
        rounded.uncachedVariation = up(demand.uncachedVariation, 8)
        rounded.decode = max(1, up(demand.decode, 64))
        rounded.slotMean = up(demand.slotMean, 64)
        rounded.slotDeviation = up(demand.slotDeviation, 32)
        return rounded
    }

    /// The smallest pools; the largest that there may be where none keeps the limits.
    private func work(_ demand: AdviceDemand) -> PoolSizes? {
        guard
            let arrivals = try? Arrivals(
                requestsPerSecond: min(1e9, max(1e-6, demand.rate)), dispersion: min(1e4, max(0.01, demand.dispersion))),
            let workload = try? Workload(
                .independent(
                    prefill: Self.prompts(demand), decode: .geometric(mean: max(1, demand.decode)))),
            let load = (try? OpenLoad(workload, firstToken: prefill == nil ? .bundles : .prefill))
                // All had but one token: room for as few steps as there can be.
                ?? (try? OpenLoad(workload)),
            let slotLoad = try? SlotLoad(mean: demand.slotMean, standardDeviation: demand.slotDeviation)
        else { return nil }
        var decoding = limits
        decoding.ttft = nil
        let decode = decodeSize(arrivals, load.with(slotLoad: slotLoad), decoding)
        var sizes = PoolSizes(prefill: bounds.prefill.upperBound, decode: decode ?? bounds.decode.upperBound)
        if let prefill { sizes.prefill = prefillSize(prefill, arrivals, load.lengths, demand) }
        return sizes
    }

    /// Prompts with the mean and the variation that were seen. Their law is not known to a controller; lengths of public traces are near
    /// to lognormal.
    private static func prompts(_ demand: AdviceDemand) throws(InvalidInput) -> LengthDistribution {
        let deviation = demand.uncachedVariation * demand.prefill
        guard deviation > 0 else { return try .fixed(demand.prefill) }
        return try .lognormal(mean: demand.prefill, standardDeviation: deviation)
    }

    private func decodeSize(_ arrivals: Arrivals, _ load: OpenLoad, _ limits: ServiceLimits) -> Int? {
        guard scalesInstances else {
            guard let bundle = bundle(deployment.attentionInstances, load) else { return nil }
            return Self.least(in: bounds.decode) { count in
                OpenDeployment(bundle: bundle, bundles: count, routing: self.routing).bound(arrivals, limits) == nil
            }
        }
        let most = max(1, bounds.decode.upperBound / bundles)
        return Self.least(in: 1...most) { count in
            guard let bundle = self.bundle(count, load) else { return false }
            return OpenDeployment(bundle: bundle, bundles: self.bundles, routing: self.routing).bound(arrivals, limits)
                == nil
        }.map { $0 * bundles }
    }

    private func bundle(_ instances: Int, _ load: OpenLoad) -> SolvedBundle? {
        let made = try? OpenBundle(
            attentionInstances: instances, ffnInstances: deployment.ffnInstances, batchSize: deployment.batchSize,
            microbatches: deployment.microbatches, load: load,
            batchStep: hardware.derived?.description.attention.dataParallel ?? 1
        ) { self.stages(batch: $0) }
        return made.flatMap { SolvedBundle($0) }
    }

    private func stages(batch: Int) -> StageLatencies? {
        if let found = stages.withLock({ $0[batch] }) { return found }
        guard let found = try? hardware.stages(batchSize: batch) else { return nil }
        stages.withLock { $0[batch] = found }
        return found
    }

    private func prefillSize(
        _ time: PrefillTime, _ arrivals: Arrivals, _ lengths: RequestLengths, _ demand: AdviceDemand
    ) -> Int {
        let cached = demand.prefill > 0 ? min(1, max(0, 1 - demand.uncached / demand.prefill)) : 0
        let pool = PrefillPool((try? time.with(cachedFraction: cached)) ?? time, lengths: lengths)
        func firstToken(_ count: Int) -> Double? {
            guard let first = pool.timeToFirstToken(arrivals, instances: count, routing: self.routing) else {
                return nil
            }
            guard let fraction = limits.ttft?.percentile.fraction else { return first.mean }
            return first.percentile(fraction)
        }
        guard let limit = limits.ttft else {
            return Self.least(in: bounds.prefill) { pool.utilisation(arrivals, instances: $0) <= 0.85 }
                ?? bounds.prefill.upperBound
        }
        if let enough = Self.least(in: bounds.prefill, { firstToken($0).map { $0 <= limit.time } ?? false }) {
            return enough
        }
        // The prompts alone take too long: no wait to speak of is all that instances can give.
        guard let best = firstToken(bounds.prefill.upperBound) else { return bounds.prefill.upperBound }
        return Self.least(in: bounds.prefill) { firstToken($0).map { $0 <= Self.nearlyBest * best } ?? false }
            ?? bounds.prefill.upperBound
    }

    /// Times to first token of so many times the least that can be had are as good as that.
    private static let nearlyBest = 1.05

    /// The least number that will do, where more do if fewer do.
    private static func least(in range: ClosedRange<Int>, _ isEnough: (Int) -> Bool) -> Int? {
        guard isEnough(range.upperBound) else { return nil }
        var (low, high) = (range.lowerBound - 1, range.upperBound)
        while high - low > 1 {
            let middle = (low + high) / 2
            if isEnough(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
