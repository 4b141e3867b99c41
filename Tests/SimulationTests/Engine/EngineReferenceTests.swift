import Testing

@testable import Simulation
@testable import Sizing

@Suite("Engines against a slot-by-slot reference")
struct EngineReferenceTests {
    @Test("lock-step is the reference, step for step", arguments: [(1, 8), (3, 1), (3, 8)], SimulationStart.allCases)
    func lockStep(shape: (ratio: Int, batchSize: Int), start: SimulationStart) throws {
        for (name, workload) in try Cases.workloads() {
            for seed in 1...3 as ClosedRange<UInt64> {
                let steps = 400
                let run = try Cases.run(
                    workload, ratio: shape.ratio, batchSize: shape.batchSize, start: start, end: .steps(steps),
                    seed: seed)
                let counts = try run.counts(SimulationControl())
                var reference = Reference(run)
                let durations = reference.lockStep(steps: steps)
                #expect(counts.steps == steps, "\(name)")
                #expect(counts.elapsed == durations.reduce(0, +), "\(name)")
                #expect(counts.completions.requests == reference.finished.count, "\(name)")
                #expect(counts.completions.tokens == reference.finished.reduce(0) { $0 + $1.steps }, "\(name)")
                let timePerToken = reference.finished.reduce(0) { $0 + $1.time / Double($1.steps) }
                #expect(abs(counts.completions.timePerToken - timePerToken) <= 1e-9 * timePerToken, "\(name)")
            }
        }
    }

    /// Stages of which communication is the longest, most of it bytes.
    private static func linkBound() throws -> StageLatencies {
        StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0.05, beta: 50)),
            ffn: LatencyModel(try LatencyLine(alpha: 0.5, beta: 20)),
            communication: LatencyModel(try LatencyLine(alpha: 30, beta: 40)))
    }

    @Test("microbatches go through the network as an event queue says", arguments: [1, 2, 3, 5], [1, 4])
    func pipeline(microbatches: Int, ratio: Int) throws {
        for (name, workload) in try Cases.workloads() {
            for (start, stages) in zip(SimulationStart.allCases, [try Cases.stages(alpha: 0.05), try Self.linkBound()])
            {
                for (occupancy, jitter) in [(1, KernelJitter.none), (0.6, try KernelJitter(attention: 0.1, ffn: 0.2))] {
                    let rounds = 120
                    let run = try Cases.run(
                        workload, ratio: ratio, batchSize: 4, microbatches: microbatches, occupancy: occupancy,
                        jitter: jitter, start: start, end: .steps(rounds), stages: stages)
                    let counts = try run.counts(SimulationControl())
                    var reference = Reference(run)
                    let filling = start == .stationary ? PipelineEngine.fillingRounds : 0
                    var network = EventReference(reference.stageTimes(rounds: rounds + filling))
                    network.run()
                    let ends = network.ends[microbatches - 1]
                    let began = filling == 0 ? 0 : ends[filling - 1]
                    let elapsed = ends[rounds + filling - 1] - began
                    #expect(abs(counts.elapsed - elapsed) < 1e-9 * elapsed, "\(name)")
                    #expect(counts.steps == rounds * microbatches)
                }
            }
        }
    }

    @Test(
        "slots that stay empty, and times that scatter, are those of the reference", arguments: SimulationStart.allCases
    )
    func scatter(start: SimulationStart) throws {
        for (name, workload) in try Cases.workloads() {
            for (occupancy, jitter) in [
                (0.5, KernelJitter.none), (1, try KernelJitter(attention: 0.05)), (1, try KernelJitter(ffn: 0.05)),
                (0.9, try KernelJitter(attention: 0.5, ffn: 0.5)),
            ] {
                let run = try Cases.run(workload, occupancy: occupancy, jitter: jitter, start: start, end: .steps(400))
                let counts = try run.counts(SimulationControl())
                var reference = Reference(run)
                let elapsed = reference.lockStep(steps: 400).reduce(0, +)
                #expect(abs(counts.elapsed - elapsed) < 1e-9 * elapsed, "\(name)")
                #expect(counts.requests == reference.tokens, "\(name)")
                #expect(counts.completions.requests == reference.finished.count, "\(name)")
                #expect(counts.completions.tokens == reference.finished.reduce(0) { $0 + $1.steps }, "\(name)")
                let timePerToken = reference.finished.reduce(0) { $0 + $1.time / Double($1.steps) }
                #expect(abs(counts.completions.timePerToken - timePerToken) <= 1e-9 * timePerToken, "\(name)")
            }
        }
    }

    @Test("slots are full as often as was asked, from the first step on", arguments: [0.1, 0.5, 0.9])
    func occupancy(share: Double) throws {
        let workload = try Workload(.independent(prefill: .fixed(5), decode: .uniform(minimum: 1, maximum: 30)))
        for steps in [1, 400] {
            let run = try Cases.run(workload, ratio: 40, batchSize: 50, occupancy: share, end: .steps(steps))
            let counts = try run.counts(SimulationControl())
            let full = Double(counts.requests) / Double(steps * 40 * 50)
            #expect(abs(full - share) < 0.05)
        }
    }

    @Test("slots are always full: a worker's load is the sum of its slots at every step")
    func conservation() throws {
        for (name, workload) in try Cases.workloads() {
            let run = try Cases.run(workload)
            var bank = run.makeBank()
            var reference = Reference(run)
            var completions = Completions()
            var step = 0
            while step < 300 {
                // Blocks of any length.
                let block = min(bank.longestBlock, 1 + step % 17, 300 - step)
                var rows = [Double](repeating: 0, count: run.workers * block)
                for worker in 0..<run.workers { bank.advance(worker, by: block, into: &rows, at: worker * block) }
                for offset in 0..<block {
                    for worker in 0..<run.workers {
                        #expect(rows[worker * block + offset] == Double(reference.load(worker)), "\(name), \(step)")
                        reference.step(worker, endingAt: Double(step + offset + 1))
                    }
                }
                let times = (0..<block).map { Double(step + $0 + 1) }
                bank.endBlock(
                    block, times: times, stride: 0, microbatches: 1, included: 0..<block, into: &completions)
                step += block
            }
            #expect(completions.requests == reference.finished.count, "\(name)")
            // Of a token a microsecond.
            #expect(completions.timePerToken == Double(completions.requests), "\(name)")
            // Tokens counted are slots times steps: those of the finished requests and of those still there.
            let open = reference.workers.joined().reduce(0) { $0 + $1.seen }
            #expect(completions.tokens + open == 300 * run.workers * run.batchSize, "\(name)")
        }
    }

    @Test("lengths beyond a block and heavy tails finish at their step")
    func longRequests() throws {
        let workload = try Workload(
            .independent(
                prefill: .fixed(1), decode: .empirical(EmpiricalLengths(values: [1, 700], weights: [50, 1]))))
        let run = try Cases.run(workload, ratio: 2, batchSize: 3, end: .steps(3000))
        let counts = try run.counts(SimulationControl())
        var reference = Reference(run)
        #expect(counts.elapsed == reference.lockStep(steps: 3000).reduce(0, +))
        #expect(counts.completions.requests == reference.finished.count)
        #expect(reference.finished.contains { $0.steps == 700 })
    }

    @Test("a curved Attention latency is taken at each instance's load")
    func curve() throws {
        let curved = StageLatencies(
            attention: try LatencyModel(through: [(0, 10), (500, 20), (1000, 90)]),
            ffn: LatencyModel(try LatencyLine(alpha: 0, beta: 5)))
        let run = try Cases.run(Cases.workloads()[0].workload, stages: curved)
        let counts = try run.counts(SimulationControl())
        var reference = Reference(run)
        #expect(counts.elapsed == reference.lockStep(steps: 300).reduce(0, +))
        #expect(counts.attention < counts.slowestAttention)
    }
}
