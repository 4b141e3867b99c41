import Synchronization
import Testing

@testable import Simulation
@testable import Sizing

@Suite("Simulations")
struct SimulationRunTests {
    private func problem(
        microbatches: Int? = nil, ratios: [Int] = [2, 5], requests: Int = 600, start: SimulationStart = .stationary,
        seed: UInt64 = 1, workload: Workload? = nil
    ) throws -> SimulationProblem {
        try SimulationProblem(
            workload: workload ?? Workload(.independent(prefill: .fixed(100), decode: .geometric(mean: 50))),
            stages: Cases.stages(alpha: 0.02), batchSize: 16, microbatches: microbatches, ratios: ratios,
            requestsPerInstance: requests, start: start, seed: seed)
    }

    @Test("the same seed gives the same result for any number of threads; another seed another", arguments: [nil, 2])
    func determinism(microbatches: Int?) throws {
        let one = try problem(microbatches: microbatches).run(threads: 1)
        for threads in [2, 3, 8] { #expect(try problem(microbatches: microbatches).run(threads: threads) == one) }
        #expect(try problem(microbatches: microbatches, seed: 2).run() != one)
    }

    @Test("a ratio's result does not depend on the others asked for")
    func independence() throws {
        let alone = try problem(ratios: [5]).run()
        let together = try problem(ratios: [2, 5, 7]).run()
        #expect(alone.points[0] == together.points[1])
    }

    @Test("Little's law: requests in the system are throughput times the time that they stay")
    func littlesLaw() throws {
        for (name, workload) in try Cases.workloads() {
            let problem = try problem(ratios: [4], requests: 3000, workload: workload)
            let point = try problem.run().points[0]
            // Slots = (requests per time) · E[D] τ. A renewal count of mean n has a variance of n Var(D)/E[D]².
            let perTime = Double(point.completedRequests) / point.elapsed
            let slots = perTime * problem.meanDecode * point.cycle.value
            let spread = try relativeVariance(workload) / Double(point.completedRequests)
            #expect(abs(slots / 64 - 1) < 0.005 + 4 * spread.squareRoot(), "\(name): \(slots)")
        }
    }

    /// Var(D)/E[D]², from many draws.
    private func relativeVariance(_ workload: Workload) throws -> Double {
        let sampler = try RequestSampler(workload)
        var generator = StreamKey(seed: 21).generator
        let decodes = (0..<50_000).map { _ in Double(sampler.draw(&generator).decode) }
        let mean = decodes.reduce(0, +) / 50_000
        return decodes.reduce(0) { $0 + ($1 / mean - 1) * ($1 / mean - 1) } / 50_000
    }

    @Test("idle time is split into its causes, and the mean time per token is the cycle's")
    func idle() throws {
        for microbatches in [nil, 3] as [Int?] {
            for point in try problem(microbatches: microbatches, ratios: [1, 4, 30]).run().points {
                for idle in [point.attentionIdle, point.ffnIdle, point.communicationIdle] {
                    #expect(abs(idle.imbalance + idle.barrier - idle.total) < 1e-12)
                    #expect(0...1 ~= idle.total && idle.imbalance >= 0 && idle.barrier >= 0)
                }
                let tpot = try #require(point.timePerToken)
                #expect(tpot.p50 <= tpot.p95 && tpot.p95 <= tpot.p99)
                let step = point.cycle.value * Double(microbatches ?? 1)
                #expect(abs(tpot.mean / step - 1) < 0.03)
            }
        }
    }

    @Test("one instance has no siblings to wait for")
    func single() throws {
        let point = try problem(ratios: [1]).run().points[0]
        #expect(abs(point.attentionIdle.barrier) < 1e-9)
    }

    @Test("moments alone cannot be simulated")
    func moments() throws {
        let workload = try Workload(.moments(SlotLoad(mean: 599, standardDeviation: 499.5, skewness: 2)))
        #expect(throws: SimulationError.momentsOnly) { try problem(workload: workload) }
    }

    @Test("parameters out of range are named")
    func ranges() throws {
        for (ratios, requests, field) in [
            ([], 10, "ratios"), ([0], 10, "ratios.0"), ([1, 10_001], 10, "ratios.1"),
            ([1], 0, "requests_per_instance"),
        ] {
            let error = #expect(throws: SimulationError.self) { try problem(ratios: ratios, requests: requests) }
            guard case .invalid(let named, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(named == field)
        }
    }

    @Test("work is estimated before the start, and refused above the bound with both numbers")
    func bound() throws {
        let problem = try problem()
        let estimate = problem.estimatedWork
        // 600 requests and 1875 steps an instance, and ten times sixteen slots to fill.
        #expect(estimate == 7 * (600 + 1875 + 160))
        #expect(throws: SimulationError.tooMuchWork(estimate: estimate, bound: estimate - 1)) {
            try problem.run(bound: estimate - 1)
        }
        _ = try problem.run(bound: estimate)
        let huge = try SimulationProblem(
            workload: Cases.base(), stages: Cases.stages(), batchSize: 10_000_000, ratios: [10_000],
            requestsPerInstance: 1)
        #expect(throws: SimulationError.self) { try huge.run(bound: 1e18) }
    }

    @Test("it stops when told to, within a few thousand worker-steps", arguments: [nil, 2])
    func stop(microbatches: Int?) throws {
        let looks = Atomic<Int>(0)
        let control = SimulationControl {
            looks.wrappingAdd(1, ordering: .relaxed).newValue > 3 ? .timedOut : nil
        }
        let long = try problem(microbatches: microbatches, requests: 10_000_000)
        #expect(throws: SimulationError.timedOut) { try long.run(threads: 2, control: control) }
        #expect(looks.load(ordering: .relaxed) < 10)
    }

    @Test("progress rises to one")
    func progress() throws {
        let seen = Mutex<[Double]>([])
        _ = try problem(requests: 20_000).run { fraction in seen.withLock { $0.append(fraction) } }
        let fractions = seen.withLock { $0 }
        #expect(fractions.count > 3)
        #expect(fractions.last == 1)
        #expect(zip(fractions, fractions.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test("many microbatches tend to the mean field")
    func meanField() throws {
        let workload = try Cases.base()
        let parameters = try BundleParameters(
            slotLoad: workload.slotLoad, stages: Cases.stages(), batchSize: 32, microbatches: 32)
        let mean = MeanFieldCycle(parameters).cycle(ratio: 4).duration
        let problem = try SimulationProblem(
            workload: workload, stages: Cases.stages(), batchSize: 32, microbatches: 32, ratios: [4],
            requestsPerInstance: 4000)
        let cycle = try problem.run().points[0].cycle.value
        #expect(abs(cycle / mean - 1) < 0.01)
    }
}
