import Sizing
import TestSupport
import Testing

@testable import Planning

@Suite("Search for open deployments")
struct OpenSearchTests {
    private static func problem(seed: UInt64, target: OpenTarget = .lightest) throws -> OpenPlanProblem {
        var random = SeededGenerator(seed: seed)
        func line(_ alpha: ClosedRange<Double>, _ beta: ClosedRange<Double>) throws -> LatencyModel {
            LatencyModel(try LatencyLine(alpha: random.magnitude(alpha), beta: random.magnitude(beta)))
        }
        let stages = StageLatencies(
            attention: try line(3e-4...3e-3, 20...100), ffn: try line(0.02...0.2, 40...200),
            communication: try line(0.005...0.05, 5...40))
        let workload = try Workload(
            .independent(
                prefill: .fixed(random.magnitude(50...2000).rounded()),
                decode: .geometric(mean: random.magnitude(50...600))))
        let prices = (attention: random.magnitude(1...4), ffn: random.magnitude(1...8))
        let pair = InstancePair(
            attention: .init(price: prices.attention), ffn: .init(price: prices.ffn), latencies: .given(stages),
            slotLoad: workload.slotLoad)
        let limits = try PlanLimits(
            maximumBatch: 48, maximumRatio: 6, maximumFFNInstances: 2, microbatches: seed % 2 == 0 ? [nil] : [1, 2])
        let load = try OpenLoad(workload)
        // A TPOT between the least and twice it, and a rate of some bundles.
        let bundle = try OpenBundle(
            attentionInstances: 4, batchSize: 48, microbatches: limits.microbatches[0], load: load
        ) { _ in stages }
        let solved = try #require(SolvedBundle(bundle))
        let half = try #require(solved.service(try Arrivals(requestsPerSecond: 0.6 * solved.capacity)))
        return try OpenPlanProblem(
            pairs: [pair], load: load, limits: limits,
            service: ServiceLimits(
                tpot: ServiceLimit(time: half.tpot(.p99) * random.magnitude(1...1.4), percentile: .p99),
                waitingProbability: 0.02),
            objective: .cost,
            arrivals: Arrivals(
                requestsPerSecond: solved.capacity * random.magnitude(0.2...4), dispersion: random.magnitude(1...3)),
            target: target)
    }

    /// Every shape worked out.
    private static func exhaustive(_ problem: OpenPlanProblem) -> [(weight: Double, rate: Double)] {
        let evaluator = OpenEvaluator(problem, SearchBudget())
        var found: [(weight: Double, rate: Double)] = []
        for x in 1...6 {
            for y in 1...2 {
                for m in problem.limits.microbatches {
                    let shape = BundleShape(pair: 0, attention: x, ffn: y)
                    guard let bundle = evaluator.bundle(shape, microbatches: m) else { continue }
                    if case .total(let devices) = problem.target {
                        let count = devices / (x + y)
                        guard count > 0 else { continue }
                        let (_, rate, _) = evaluator.largestRate(bundle, pair: 0, bundles: count)
                        found.append((0, rate))
                    } else if let count = evaluator.fewest(bundle, pair: 0, atMost: 1000) {
                        found.append((problem.bundleWeight(attention: count * x, ffn: count * y, problem.pairs[0]), 0))
                    }
                }
            }
        }
        return found
    }

    @Test("the lightest bundles are those of an exhaustive search, and one fewer breaks a limit", arguments: 0..<8)
    func lightest(seed: UInt64) throws {
        let problem = try Self.problem(seed: seed)
        let result = OpenSearch(problem, SearchBudget()).lightest()
        let expected = Self.exhaustive(problem).map(\.weight).min()
        #expect(result.isProven)
        guard let best = result.points.first else {
            #expect(expected == nil)
            return
        }
        #expect(relativeError(best.weight, expected ?? 0) < 1e-12, "\(best.weight) \(expected ?? 0)")
        let evaluator = OpenEvaluator(problem, SearchBudget())
        if best.bundles > 1 {
            #expect(evaluator.fewest(best.solved, pair: 0, atMost: best.bundles - 1) == nil)
        }
    }

    @Test("on a budget the largest rate is that of an exhaustive search", arguments: 0..<4)
    func largest(seed: UInt64) throws {
        let problem = try Self.problem(seed: seed, target: .total(devices: 11))
        let result = OpenSearch(problem, SearchBudget()).largest(.total(devices: 11))
        let expected = Self.exhaustive(problem).map(\.rate).max() ?? 0
        #expect(abs((result.points.first?.largestRate ?? 0) - expected) <= 1e-3 * expected)
    }

    @Test("a plan that nobody waits for stops")
    func stops() throws {
        let problem = try Self.problem(seed: 3)
        #expect(throws: PlanError.cancelled) { try problem.solve { true } }
    }
}
