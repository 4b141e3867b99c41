import Testing

@testable import Simulation
@testable import Sizing

/// Between 1 and 24 requests a second over 900 s, where an instance takes 180 s to start: what was is no guide to what comes.
@Suite("Policies under a swing")
struct SwingTests {
    private static let periods = 4.0
    /// Requests a second that a bundle bears: sixteen slots, 200 steps of 50 ms.
    private static let each = 1.6

    private static func outcomes() throws -> [ReplayOutcome] {
        let stages = StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0, beta: 50_000)),
            ffn: LatencyModel(try LatencyLine(alpha: 0, beta: 0)))
        let shape = try ReplayBundleShape(stages: stages, attentionInstances: 1, batchSize: 16)
        let process = try ReplayProcess(
            rate: RateProfile(sinusoid: 1, 24, period: 900), duration: 900 * periods,
            workload: Workload(.independent(prefill: .fixed(100), decode: .geometric(mean: 200))))
        let bounds = PoolBounds(prefill: 0...0, decode: 1...60)
        let planner: AdvicePlanner = { demand in
            // A tenth and two deviations of what is in slots.
            let busy = demand.rate / each
            return PoolSizes(prefill: 0, decode: Int((1.1 * busy + 0.5 * busy.squareRoot()).rounded(.up)))
        }
        return try ReplayProblem(
            deployment: ReplayDeployment(shape: shape, bundles: 10, startDelay: 180), bounds: bounds,
            limits: ReplayLimits(wait: 1e6), arrivals: .process(process),
            contenders: [
                ReplayContender("target", TargetPolicy(metric: .slots, target: 0.7, bounds: bounds)),
                ReplayContender("advice", AdvicePolicy(startDelay: 180, planner: planner)),
                ReplayContender("late advice", AdvicePolicy(planner: planner)),
                ReplayContender(oracle: "oracle", window: 60, planner: planner),
            ], seed: 3
        ).run(threads: 2)
    }

    @Test("the target policy swings and misses; advice looks ahead, turns twice a period, and is near what can be had")
    func swing() throws {
        let found = try Self.outcomes()
        func good(_ index: Int) -> Double { found[index].goodFraction?.value ?? -1 }
        let summary = found.map {
            "\($0.name) \($0.goodFraction?.value ?? -1) \($0.attention.hours) h, \($0.reversals)"
        }
        #expect(found[1].reversals <= 2 * Self.periods, "\(summary)")
        #expect(good(3) > 0.95, "\(summary)")
        // The first rise comes before anything was seen: an eighth of all requests.
        #expect(good(1) > good(3) - 0.2, "\(summary)")
        #expect(good(1) > good(0) + 0.05 && good(1) > good(2) + 0.2, "\(summary)")
    }
}
