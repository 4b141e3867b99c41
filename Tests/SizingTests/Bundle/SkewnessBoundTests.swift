import Testing

@testable import Sizing

@Suite("Bound on what skewness changes")
struct SkewnessBoundTests {
    @Test("no corrected cycle differs from the normal one by more than the bound allows")
    func isABound() throws {
        var random = RandomProblem(seed: 7)
        var accepted = 0
        for _ in 0..<400 {
            let mean = random.generator.magnitude(10...20_000)
            let load = try SlotLoad(
                mean: mean, standardDeviation: mean * random.generator.magnitude(0.01...2),
                skewness: random.generator.magnitude(0.01...8) * (Bool.random(using: &random.generator) ? -1 : 1))
            let parameters = try BundleParameters(
                slotLoad: load, stages: random.stages(communicationLoad: .attentionBatch),
                batchSize: Int(random.generator.magnitude(16...4096)))
            let gaussian = GaussianBarrierCycle(parameters)
            let corrected = ExactBarrierCycle(thirdMoment: parameters)
            let highest = random.generator.magnitude(2...10_000)
            for tolerance in [0.0003, 0.001, 0.005] {
                guard
                    SkewnessBound.isNegligible(
                        parameters, upTo: highest, meanAttention: gaussian.meanAttention, tolerance: tolerance)
                else { continue }
                accepted += 1
                for ratio in [1, 1.5, 2, 3, 5, highest / 8, highest / 2, highest] where 1...highest ~= ratio {
                    let plain = gaussian.duration(ratio: ratio)
                    #expect(abs(corrected.duration(ratio: ratio) - plain) <= tolerance * plain)
                }
            }
        }
        // Most of the cases are decided by the bound alone.
        #expect(accepted > 300)
    }

    @Test("decides the paper's base case, and refuses what it does not know")
    func scope() throws {
        func isNegligible(_ problem: SizingProblem) -> Bool {
            let parameters = problem.parameters
            return SkewnessBound.isNegligible(
                parameters, upTo: 20, meanAttention: GaussianBarrierCycle(parameters).meanAttention,
                tolerance: BarrierMethod.gaussianTolerance)
        }
        #expect(try isNegligible(BaseCase.problem()))
        #expect(try !isNegligible(BaseCase.problem(microbatches: 2)))
        #expect(try !isNegligible(BaseCase.problem(batchSize: 2)))
    }
}
