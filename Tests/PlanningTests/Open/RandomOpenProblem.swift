import Sizing
import TestSupport

@testable import Planning

/// Questions about arrivals at random: prefill, a link and bundles, with limits that can be kept, and rates of some bundles.
struct RandomOpenProblem {
    var workload: Workload
    var stages: StageLatencies
    var limits: PlanLimits
    var service: ServiceLimits
    var arrivals: Arrivals
    var prefill: PrefillTime
    var transfer: CacheTransfer
    var routing = Routing.leastLoaded
    var target = OpenTarget.lightest

    init(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func line(_ alpha: ClosedRange<Double>, _ beta: ClosedRange<Double>) throws -> LatencyModel {
            LatencyModel(try LatencyLine(alpha: random.magnitude(alpha), beta: random.magnitude(beta)))
        }
        stages = StageLatencies(
            attention: try line(3e-4...3e-3, 20...100), ffn: try line(0.02...0.2, 40...200),
            communication: try line(0.005...0.05, 5...40))
        let prompt = random.magnitude(50...2000).rounded()
        let answer = random.magnitude(40...300).rounded()
        workload = try Workload(
            .independent(
                prefill: .lognormal(mean: prompt, standardDeviation: prompt * random.magnitude(0.3...1)),
                decode: seed % 2 == 0
                    ? .geometric(mean: answer) : .lognormal(mean: answer, standardDeviation: 0.4 * answer)))
        let microbatches: [Int?] = seed % 3 == 0 ? [nil] : seed % 3 == 1 ? [2] : [2, 3]
        limits = try PlanLimits(maximumBatch: 96, maximumRatio: 3, microbatches: microbatches)
        let load = try OpenLoad(workload, firstToken: .prefill)
        // What a bundle in the middle gives at a middling load.
        let curves = stages
        let solved = SolvedBundle(
            try OpenBundle(attentionInstances: 2, batchSize: 32, microbatches: microbatches[0], load: load) { _ in
                curves
            })
        guard let solved,
            let half = solved.service(try Arrivals(requestsPerSecond: 0.6 * solved.capacity))
        else { throw PlanError.cancelled }
        arrivals = try Arrivals(
            requestsPerSecond: solved.capacity * random.magnitude(0.7...5), dispersion: random.magnitude(1...2))
        // Prompts that keep one to six instances busy.
        let cached = random.magnitude(0.1...0.5)
        let busy = random.magnitude(1...6) / arrivals.rate
        prefill = try PrefillTime(
            perToken: 0.7 * busy / (prompt * (1 - cached)), perPass: 0.3 * busy, cachedFraction: cached)
        let times = PrefillPool(prefill, lengths: load.lengths).times
        service = ServiceLimits(
            ttft: ServiceLimit(time: times.percentile(0.9) * random.magnitude(1.2...2.5), percentile: .p90),
            tpot: ServiceLimit(time: half.tpot(.p99) * random.magnitude(1...1.4), percentile: .p99),
            wait: ServiceLimit(time: half.step * random.magnitude(2...20), percentile: .p99))
        // A link that is busy for a fifth to a half of the time.
        let bytes = 50_000.0
        transfer = try CacheTransfer(
            bandwidth: arrivals.requestsPerSecond * prompt * bytes / 1e9 / random.magnitude(0.2...0.5), latency: 10,
            overlap: .chunked, bytes: CacheBytes(parts: [.init(perToken: bytes)]))
    }

    func problem() throws -> OpenPlanProblem {
        let pair = InstancePair(
            attention: .init(price: 2), ffn: .init(price: 3), latencies: .given(stages), slotLoad: workload.slotLoad)
        return try OpenPlanProblem(
            pairs: [pair], load: OpenLoad(workload, firstToken: .prefill), limits: limits, service: service,
            objective: .devices, arrivals: arrivals, target: target,
            prefill: [PrefillKind(kind: .init(price: 2), time: prefill)], transfer: transfer, routing: routing)
    }

    /// nil where no deployment keeps the limits.
    func plan() throws -> OpenPlan? {
        let problem = try problem()
        do throws(PlanError) { return try problem.solve { false } } catch { return nil }
    }
}

extension OpenPlan {
    /// Under the objective.
    var weight: Double { bundles.weight + (prefill?.weight ?? 0) }
}
