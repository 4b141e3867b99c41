import SizingNumerics
import Testing

@testable import Simulation
@testable import Sizing

@Suite("Laws that a replay keeps")
struct ReplayLawTests {
    private func workload(_ decode: LengthDistribution) throws -> Workload {
        try Workload(.independent(prefill: .fixed(100), decode: decode))
    }

    private func requests(_ count: Int, rate: Double, decode: LengthDistribution, seed: UInt64 = 1) throws
        -> [ReplayRequest]
    {
        var source = try ReplayProcess(
            rate: RateProfile(constant: rate), duration: 10 * Double(count) / rate, workload: workload(decode)
        ).source(StreamKey(seed: seed))
        return (0..<count).compactMap { _ in source.next() }
    }

    @Test("one slot waits as Lindley's recursion says")
    func lindley() throws {
        // A step takes 100 µs whatever the load.
        let stages = StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0, beta: 100)),
            ffn: LatencyModel(try LatencyLine(alpha: 0, beta: 0)))
        let shape = try ReplayBundleShape(stages: stages, attentionInstances: 1, batchSize: 1)
        let arrivals = try requests(2000, rate: 400, decode: .geometric(mean: 20))
        let run = try Replays.run(ReplayDeployment(shape: shape, bundles: 1), arrivals)
        let found = try #require(run.measures.completions).sorted { $0.number < $1.number }
        var wait = 0.0
        for (index, request) in arrivals.enumerated() {
            if index > 0 {
                let gap = (request.arrival - arrivals[index - 1].arrival) * 1e6
                wait = max(0, wait + 100 * Double(arrivals[index - 1].decode) - gap)
            }
            #expect(abs(found[index].began - found[index].arrival - wait) < 1e-6 * max(1, found[index].arrival))
        }
        #expect(wait >= 0 && run.measures.waits.sum > 0)
    }

    @Test("Little's law: what slots and prefill instances held is the sum of the requests' times", arguments: [nil, 2])
    func little(microbatches: Int?) throws {
        let shape = try ReplayBundleShape(
            stages: Cases.stages(alpha: 0.02), attentionInstances: 3, batchSize: 8, microbatches: microbatches)
        let service = ReplayService(prefill: { prompt, cached in 300 + Double(prompt - cached) })
        let deployment = ReplayDeployment(shape: shape, bundles: 2, prefillInstances: 2, service: service)
        let arrivals = try requests(1500, rate: 3000, decode: .geometric(mean: 30))
        let run = try Replays.run(deployment, arrivals)
        let completions = try #require(run.measures.completions)
        let inSlots = completions.reduce(0) { $0 + ($1.began == $1.arrival ? 0 : $1.end - $1.began) }
        #expect(abs(run.stages.requests / inSlots - 1) < 1e-9)
        #expect(abs(run.prefillBusy - 400 * 1500) < 1e-3)
        #expect(run.measures.generated == arrivals.reduce(0) { $0 + $1.decode })
        #expect(run.stages.generated == Double(arrivals.reduce(0) { $0 + $1.decode - 1 }))
        #expect(run.measures.completed == 1500 && run.present == 0)
    }

    @Test("saturated it steps as the engines of /v1/simulate do", arguments: [(nil, 0.01), (2, 0.02), (3, 0.02)])
    func saturated(microbatches: Int?, tolerance: Double) throws {
        let decode = try LengthDistribution.uniform(minimum: 20, maximum: 80)
        let stages = try Cases.stages(alpha: 0.02)
        let shape = try ReplayBundleShape(
            stages: stages, attentionInstances: 6, batchSize: 16, microbatches: microbatches)
        let slots = 6 * 16 * (microbatches ?? 1)
        var arrivals = try requests(24 * slots, rate: 1000, decode: decode)
        for index in arrivals.indices { arrivals[index].arrival = 0 }
        let run = try Replays.run(ReplayDeployment(shape: shape, bundles: 1), arrivals)
        // Those in the middle: after the beginning, and before slots stay empty.
        let middle = try #require(run.measures.completions).filter { (8 * slots)..<(21 * slots) ~= $0.number }
        let time = middle.reduce(0) { $0 + $1.end - $1.began }
        let steps = middle.reduce(0) { $0 + arrivals[$1.number].decode }
        let round = time / Double(steps)
        let point = try SimulationProblem(
            workload: workload(decode), stages: stages, batchSize: 16, microbatches: microbatches, ratios: [6],
            requestsPerInstance: 1000
        ).run().points[0]
        let cycle = round / Double(microbatches ?? 1)
        #expect(abs(cycle / point.cycle.value - 1) < tolerance, "\(cycle) against \(point.cycle.value)")
    }

    @Test("instances that start are held but serve later; what is held is counted")
    func starting() throws {
        let shape = try ReplayBundleShape(stages: Cases.stages(), attentionInstances: 2, batchSize: 4)
        let deployment = ReplayDeployment(shape: shape, bundles: 1, startDelay: 10)
        let arrivals = [0.0, 100].map { ReplayRequest(arrival: $0, prefill: 10, decode: 5) }
        let run = try Replays.run(
            deployment, arrivals,
            policy: SchedulePolicy([(20, PoolSizes(prefill: 0, decode: 3)), (60, PoolSizes(prefill: 0, decode: 1))]))
        let meter = run.meters.attention
        // Two bundles of two from 30 to 60 s, starting from 20 to 30 s.
        #expect(abs(meter.startingTime / 1e6 - 4 * 10) < 1e-6)
        #expect(abs(meter.presentTime / 1e6 - (2 * run.duration / 1e6 + 4 * 30)) < 1e-6)
        #expect((meter.least, meter.most) == (2, 6))
        #expect((run.scaleEvents, run.reversals) == (2, 1))
    }

    @Test("the same for any number of threads, and a policy's result does not depend on the others")
    func determinism() throws {
        let shape = try ReplayBundleShape(stages: Cases.stages(alpha: 0.02), attentionInstances: 2, batchSize: 8)
        let process = try ReplayProcess(
            rate: RateProfile(sinusoid: 100, 900, period: 1), variation: 2, duration: 2,
            workload: workload(.geometric(mean: 30)))
        let bounds = PoolBounds(prefill: 0...0, decode: 1...9)
        let target = TargetPolicy(metric: .slots, target: 0.6, period: 0.25, bounds: bounds)
        func run(threads: Int, _ contenders: [ReplayContender], seed: UInt64 = 4) throws -> [ReplayOutcome] {
            try ReplayProblem(
                deployment: ReplayDeployment(shape: shape, bundles: 2, routing: .random, startDelay: 0.5),
                bounds: bounds, limits: ReplayLimits(timePerToken: 160), arrivals: .process(process),
                contenders: contenders, replications: 3, seed: seed
            ).run(threads: threads)
        }
        let both = [ReplayContender("static", StaticPolicy()), ReplayContender("target", target)]
        let one = try run(threads: 1, both)
        for threads in [3] {
            let other = try run(threads: threads, both)
            #expect(other.map(\.series) == one.map(\.series))
            #expect(other.map(\.perToken) == one.map(\.perToken))
            #expect(other.map(\.goodFraction) == one.map(\.goodFraction))
        }
        let alone = try run(threads: 1, [both[1]])
        #expect(alone[0].series == one[1].series)
        #expect(one[0].arrived == one[1].arrived)
        #expect(one[1].scaleEvents > 0)
        #expect(try run(threads: 1, both, seed: 5)[0].series != one[0].series)
    }
}
