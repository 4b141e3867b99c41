import TestSupport
import Testing

@testable import Sizing

@Suite("Search over ratios")
struct RatioSearchTests {
    /// A cycle of any shape that does not fall: flat runs, small steps and large ones.
    private struct Staircase: CycleTimeModel {
        let durations: [Double]

        init(count: Int, _ random: inout SeededGenerator) {
            let steepness = Double.random(in: 0...0.2, using: &random)
            var durations = [Double.random(in: 1...100, using: &random)]
            for _ in 1..<count {
                let last = durations[durations.count - 1]
                switch Int.random(in: 0..<8, using: &random) {
                case 0: durations.append(last * (1 + steepness))
                case 1: durations.append(last + Double.random(in: 0...1, using: &random))
                default: durations.append(last)
                }
            }
            self.durations = durations
        }

        func cycle(ratio: Double) -> CycleTime {
            CycleTime(
                duration: durations[Int(ratio) - 1], attention: 0, slowestAttention: 0,
                rising: RisingStages(ffn: 0, communication: 0, link: 0))
        }

        func moved(to parameters: BundleParameters) -> any CycleTimeModel { self }
    }

    @Test("finds the first of the best ratios, whatever the cycle's shape and the guess", arguments: 0..<200)
    func anyShape(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let maximum = Int.random(in: 1...400, using: &random)
        let model = Staircase(count: maximum, &random)
        let parameters = try BaseCase.problem().parameters
        let cost = try InstanceCost(
            attention: Double.random(in: 0.01...4, using: &random), ffn: Double.random(in: 0.01...40, using: &random))
        func objective(_ ratio: Int) -> Double {
            parameters.throughput(ratio: Double(ratio), duration: model.durations[ratio - 1], cost: cost)
        }
        var best = 1
        for ratio in 1...maximum where objective(ratio) > objective(best) { best = ratio }
        let search = RatioSearch(parameters: parameters, cost: cost, model: model)
        let guesses = [1, Double(maximum), Double.random(in: 0...500, using: &random), -3, .infinity, .nan]
        for guess in guesses {
            let found = search.optimum(upTo: maximum, guess: guess)
            #expect(found.ratio == best, "from \(guess)")
            #expect(found.objective == objective(best))
            #expect(found.evaluations <= maximum)
        }
    }

    @Test("a usual problem takes few evaluations")
    func evaluations() throws {
        #expect(try BaseCase.problem().solve().evaluations <= 8)
    }
}
