import Sizing
import TestSupport
import Testing

@Suite("The paper's base case")
struct BaseCaseTests {
    @Test("closed form: ratio, candidates, cycle, throughput")
    func closedForm() throws {
        let answer = try BaseCase.problem().solve()
        #expect(abs(answer.closedForm.ratio - 9.5547) < 5e-5)
        #expect(answer.closedForm.regime == .attention)
        #expect(answer.closedForm.attention == answer.closedForm.ratio)
        #expect(abs(answer.closedForm.communication + 3.5) < 5e-2)
        #expect(abs(answer.closedForm.peak - 2.1694) < 5e-5)
        #expect(relativeError(answer.meanField.cycle.duration, 303.0176) < 1e-6)
        #expect(relativeError(answer.meanField.throughputPerInstance, 764_791.65) < 1e-6)
    }

    @Test("recommendation under the barrier")
    func recommendation() throws {
        let recommendation = try BaseCase.problem().solve().recommendation
        #expect(recommendation.ratio == 10)
        #expect(relativeError(recommendation.cycle.duration, 323.4893) < 1e-6)
        #expect(relativeError(recommendation.throughputPerInstance, 719_428.0) < 1e-6)
        #expect(abs(recommendation.cycle.idle.attention - 0.06328) < 5e-6)
        #expect(abs(recommendation.cycle.idle.ffn - 0.03403) < 5e-6)
        #expect(abs(recommendation.cycle.idle.communication - 0.92076) < 5e-6)
        #expect(recommendation.cycle.bottleneck == .attention)
        #expect(recommendation.tpot == recommendation.cycle.duration)
    }

    @Test(
        "finite horizon: the paper's printed ratios",
        arguments: [
            (256, 100.0, 500.0, 9.301), (128, 100, 500, 7.075), (256, 500, 500, 17.253), (256, 100, 100, 2.169),
        ])
    func finiteHorizon(batchSize: Int, prefill: Double, decode: Double, expected: Double) throws {
        let answer = try BaseCase.problem(batchSize: batchSize, prefill: prefill, decode: decode, horizon: 10_000)
            .solve()
        #expect(abs(answer.closedForm.ratio - expected) < 5e-4)
    }

    @Test(
        "microbatches: the event-driven reference of the model, section 5",
        arguments: [(4, 1, 527.2), (4, 2, 312.6), (8, 2, 316.3), (8, 3, 313.8), (8, 6, 310.7)])
    func microbatches(ratio: Int, microbatches: Int, expected: Double) throws {
        let problem = try BaseCase.problem(microbatches: microbatches)
        let barrier = GaussianBarrierCycle(problem.parameters)
        #expect(abs(barrier.cycle(ratio: Double(ratio)).duration - expected) < 0.06)
    }
}
