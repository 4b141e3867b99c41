import Testing

@testable import Simulation
@testable import Sizing

@Suite("Replay against a step-by-step reference")
struct ReplayReferenceTests {
    /// A small deployment, arrivals and a schedule, at random.
    struct Case {
        var deployment: ReplayDeployment
        var arrivals: [ReplayRequest]
        var schedule: [(time: Double, sizes: PoolSizes)]

        init(seed: UInt64, routing: ReplayRouting) throws {
            var generator = StreamKey(seed: seed).generator
            func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + generator.below(range.count) }
            func line(_ alpha: Double, _ beta: Double) throws -> LatencyLine {
                try LatencyLine(alpha: alpha * generator.unit(), beta: beta * generator.unit())
            }
            let attention: LatencyModel
            switch pick(0...2) {
            case 0: attention = LatencyModel(try line(0.5, 100))
            case 1: attention = try LatencyModel(maximumOf: [line(0.2, 200), line(1, 50), line(3, 0)])
            default:
                let middle = 120 + 200 * generator.unit()
                let points: [(load: Double, latency: Double)] = [(20, 40), (100, 90), (300, middle), (900, 500)]
                attention = try LatencyModel(through: points)
            }
            let stages = StageLatencies(
                attention: attention, ffn: LatencyModel(try line(10, 100)),
                communication: LatencyModel(try line(5, 60)),
                communicationLoad: pick(0...1) == 0 ? .attentionBatch : .aggregateBatch)
            let x = pick(1...4)
            let m = pick(0...3)
            var curves: AttentionCurves?
            if pick(0...3) == 0 {
                let others = [
                    (batch: 2, model: attention.scaled(by: 1.25)), (batch: 4, model: attention.scaled(by: 1.5)),
                ]
                curves = AttentionCurves(upTo: 1, attention, others)
            }
            let shape = try ReplayBundleShape(
                stages: stages, attention: curves,
                attentionInstances: x, ffnInstances: pick(1...2), batchSize: pick(1...4),
                microbatches: m == 0 ? nil : m, tokenCapacity: pick(0...2) == 0 ? Double(pick(150...400)) : nil)
            let bundles = pick(1...3)
            let scalesInstances = pick(0...2) == 0
            let bytes = generator.unit()
            let transfer: @Sendable (Int, Double) -> ReplayService.Transfer = { tokens, duration in
                let busy = 60 * bytes * Double(tokens)
                return ReplayService.Transfer(
                    busy: busy, delay: 30 + 0.5 * Double(tokens), head: duration / 2, least: busy / 10)
            }
            let prefill: @Sendable (Int, Int) -> Double = { prompt, cached in
                let linear = 40 * Double(prompt - cached)
                return 50 + linear + 0.1 * Double(prompt * prompt)
            }
            let service = ReplayService(prefill: prefill, transfer: pick(0...1) == 0 ? nil : transfer)
            deployment = ReplayDeployment(
                shape: shape, bundles: bundles, prefillInstances: pick(1...3),
                service: pick(0...1) == 0 ? nil : service, routing: routing, scalesInstances: scalesInstances,
                startDelay: pick(0...2) == 0 ? 0 : 0.02 * generator.unit(),
                patience: pick(0...2) == 0 ? 0.02 + 0.05 * generator.unit() : .infinity,
                queueLimit: pick(0...3) == 0 ? pick(2...6) : .max)
            var time = 0.0
            let pace = 0.004 * generator.unit()
            arrivals = []
            for _ in 0..<30 {
                // Some come together.
                if pick(0...4) > 0 { time += pace * 2 * generator.unit() }
                let prefill = pick(0...60)
                arrivals.append(
                    ReplayRequest(
                        arrival: time, prefill: prefill, decode: pick(1...15), cached: generator.below(prefill + 1)))
            }
            schedule = (0..<pick(0...6)).map { _ in
                (
                    time: time * generator.unit(),
                    sizes: PoolSizes(
                        prefill: pick(1...4), decode: scalesInstances ? pick(bundles...(5 * bundles)) : pick(1...4))
                )
            }
            schedule.sort { $0.time < $1.time }
        }
    }

    @Test("the same completions at the same times", arguments: ReplayRouting.allCases)
    func equality(routing: ReplayRouting) throws {
        for seed in 0..<10 as Range<UInt64> {
            let made = try Case(seed: seed, routing: routing)
            let key = StreamKey(seed: seed + 1000)
            var reference = ReplayReference(made.deployment, made.arrivals, key: key, schedule: made.schedule)
            reference.run()
            let run = try Replays.run(
                made.deployment, made.arrivals, key: key, policy: SchedulePolicy(made.schedule))
            let expected = reference.completions.sorted { $0.number < $1.number }
            let found = try #require(run.measures.completions).sorted { $0.number < $1.number }
            try #require(found.map(\.number) == expected.map(\.number), "seed \(seed)")
            for (one, other) in zip(found, expected) {
                let pairs = [(one.firstToken, other.firstToken), (one.began, other.began), (one.end, other.end)]
                for (time, right) in pairs {
                    try #require(abs(time - right) <= 1e-9 * max(1, right), "seed \(seed): \(one) is not \(other)")
                }
            }
            #expect(run.measures.abandonedCount == reference.abandoned, "seed \(seed)")
            #expect(run.measures.rejectedCount == reference.rejected, "seed \(seed)")
            #expect(run.present == 0)
            #expect(
                run.measures.arrived
                    == run.measures.completed + run.measures.abandonedCount + run.measures.rejectedCount)
        }
    }
}

enum Replays {
    /// A replay of `arrivals`, with every completion.
    static func run(
        _ deployment: ReplayDeployment, _ arrivals: [ReplayRequest], key: StreamKey = StreamKey(seed: 1),
        policy: any ReplayPolicy = StaticPolicy(), limits: ReplayLimits = ReplayLimits()
    ) throws -> ReplayRun {
        let columns = ReplayColumns(
            arrival: arrivals.map(\.arrival), prefill: arrivals.map { Int32($0.prefill) },
            decode: arrivals.map { Int32($0.decode) }, cached: arrivals.map { Int32($0.cached) })
        var engine = ReplayEngine(
            deployment, source: columns, policy: policy,
            bounds: PoolBounds(prefill: 0...1000, decode: 1...1000), limits: limits, seriesWidth: 1, key: key,
            keepsCompletions: true)
        return try engine.run(SimulationControl())
    }
}
