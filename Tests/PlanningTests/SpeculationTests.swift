import Hardware
import Simulation
import Sizing
import TestSupport
import Testing

@testable import Planning

/// Speculative decoding against the simulator.
///
/// A request of P and D tokens that gains s = 2 tokens a step stays D/2 steps at loads P, P + 2, …: twice those of a request
/// of P/2 and D/2 that gains one. So the simulator runs the halved requests with a doubled α, and knows nothing of
/// speculation; the planner gets the whole requests.
@Suite("Speculative decoding")
struct SpeculationTests {
    /// Even lengths, correlated: longer prompts get longer answers.
    func requests(_ count: Int) -> (prefill: [Int], decode: [Int]) {
        var generator = SeededGenerator(seed: 7)
        var prefill: [Int] = []
        var decode: [Int] = []
        for _ in 0..<count {
            let long = Int.random(in: 0..<4, using: &generator) == 0
            prefill.append(2 * Int.random(in: long ? 400...1600 : 50...300, using: &generator))
            decode.append(2 * Int.random(in: long ? 100...400 : 5...60, using: &generator))
        }
        return (prefill, decode)
    }

    @Test("The slot load is that of the simulator's halved requests, doubled")
    func slotLoad() throws {
        let (prefill, decode) = requests(2000)
        let whole = SlotLoad(trace: try RequestTrace(prefill: prefill, decode: decode))
        let halved = SlotLoad(
            trace: try RequestTrace(prefill: prefill.map { $0 / 2 }, decode: decode.map { $0 / 2 }))
        let derived = try SpeculativeDecoding(draftTokens: 1, accepted: 1).slotLoad(whole)
        #expect(abs(derived.mean / (2 * halved.mean) - 1) < 1e-12)
        #expect(abs(derived.standardDeviation / (2 * halved.standardDeviation) - 1) < 1e-3)
    }

    @Test("Cycle, throughput and TPOT are the simulated ones", arguments: [2, 4, 8])
    func cycle(ratio: Int) throws {
        let (prefill, decode) = requests(2000)
        let alpha = 0.002
        func stages(_ alpha: Double) throws -> StageLatencies {
            // What the FFN and the link take for two query tokens a request, whichever side asks.
            StageLatencies(
                attention: LatencyModel(try LatencyLine(alpha: alpha, beta: 50)),
                ffn: LatencyModel(try LatencyLine(alpha: 2 * 0.05, beta: 80)),
                communication: LatencyModel(try LatencyLine(alpha: 2 * 0.01, beta: 20)))
        }
        let simulated = try SimulationProblem(
            workload: try Workload(
                .trace(try RequestTrace(prefill: prefill.map { $0 / 2 }, decode: decode.map { $0 / 2 }))),
            stages: try stages(2 * alpha), batchSize: 256, ratios: [ratio], requestsPerInstance: 8000
        ).run().points[0]

        let speculation = try SpeculativeDecoding(draftTokens: 1, accepted: 1)
        let load = try speculation.slotLoad(SlotLoad(trace: try RequestTrace(prefill: prefill, decode: decode)))
        let pair = InstancePair(
            attention: .init(), ffn: .init(), latencies: .given(try stages(alpha)), slotLoad: load,
            tokensPerStep: speculation.tokensPerStep)
        let problem = try PlanProblem(pairs: [pair], limits: try PlanLimits(batchSize: 256, maximumRatio: ratio))
        let evaluator = BundleEvaluator(problem, pair: 0, ffn: 1, microbatches: nil, largestNormal: LargestNormal())
        let point = try #require(evaluator.point(attention: ratio, batchSize: 256))
        #expect(
            abs(point.cycle.duration / simulated.cycle.value - 1) < 0.02, "\(point.cycle.duration) \(simulated.cycle)")
        #expect(abs(point.throughputPerInstance / (2 * simulated.throughputPerInstance.value) - 1) < 0.02)
        #expect(abs(point.tpot - point.cycle.duration / 2) < 1e-9)
    }
}
