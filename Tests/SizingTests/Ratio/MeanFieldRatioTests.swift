import Foundation
import Sizing
import TestSupport
import Testing

@Suite("Closed form")
struct MeanFieldRatioTests {
    /// The least of (r c_A + c_F) max(t̄_A, t_C, t_F)/r by golden section over log r: the objective is unimodal.
    static func search(_ problem: SizingProblem) -> (ratio: Double, objective: Double) {
        let model = MeanFieldCycle(problem.parameters)
        func objective(_ logarithm: Double) -> Double {
            let r = exp(logarithm)
            return problem.cost.ofBundle(ratio: r) * model.cycle(ratio: r).duration / r
        }
        var (low, high) = (log(1e-6), log(1e9))
        let golden = (5.0.squareRoot() - 1) / 2
        for _ in 0..<200 {
            let (a, b) = (high - golden * (high - low), low + golden * (high - low))
            if objective(a) < objective(b) { high = b } else { low = a }
        }
        return (exp((low + high) / 2), objective((low + high) / 2))
    }

    @Test("agrees with a fine search over r, both communication loads, unequal costs", arguments: 0..<400)
    func againstSearch(seed: UInt64) throws {
        var random = RandomProblem(seed: seed)
        let load: CommunicationLoad = seed % 2 == 0 ? .attentionBatch : .aggregateBatch
        let base = try random.problem(communicationLoad: load)
        let problem = try SizingProblem(
            workload: base.workload, stages: base.stages, batchSize: base.batchSize,
            cost: InstanceCost(attention: random.generator.magnitude(0.2...5), ffn: random.generator.magnitude(0.2...5))
        )
        let found = Self.search(problem)
        let ratio = problem.solve().closedForm.ratio
        let cycle = MeanFieldCycle(problem.parameters).cycle(ratio: ratio).duration
        #expect(relativeError(problem.cost.ofBundle(ratio: ratio) * cycle / ratio, found.objective) < 1e-9)
        // A flat optimum fixes the ratio only to the square root of rounding.
        #expect(relativeError(ratio, found.ratio) < 1e-5)
    }

    @Test("every regime occurs in those cases")
    func regimes() throws {
        for load in CommunicationLoad.allCases {
            var seen: Set<Regime> = []
            for seed in 0..<400 as Range<UInt64> {
                var random = RandomProblem(seed: seed)
                seen.insert(try random.problem(communicationLoad: load).solve().closedForm.regime)
            }
            #expect(seen.count == 3, "\(load): \(seen)")
        }
    }

    @Test("degenerate coefficients have answers")
    func degenerate() throws {
        func ratio(_ ffn: (Double, Double), attention: Double = 300, load: CommunicationLoad = .attentionBatch) throws
            -> MeanFieldRatio
        {
            MeanFieldRatio(
                attentionTime: attention, ffn: try LatencyLine(alpha: ffn.0, beta: ffn.1), communication: .zero,
                communicationLoad: load, requests: 10)
        }
        for load in CommunicationLoad.allCases {
            // A constant t_F below t_A: every further Attention instance helps.
            #expect(try ratio((0, 100), load: load).ratio == .infinity)
            // And one above: likewise, the FFN is paid for whatever r is.
            #expect(try ratio((0, 500), load: load).ratio == .infinity)
            #expect(try ratio((1, 0), load: load).ratio == 30)
        }
        #expect(try ratio((1, 0), attention: 0).ratio == 0)
    }
}
