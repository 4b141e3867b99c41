import Sizing
import TestSupport
import Testing

@testable import Calibration

/// Intervals of a sizing whose load is far from normal: they must be about the recommendation, not about the normal barrier's.
@Suite("Uncertainty of a sizing")
struct SizingUncertaintyTests {
    private static func problem(_ method: BarrierMethod) throws -> (SizingProblem, InputErrors) {
        var generator = SeededGenerator(seed: 12)
        let requests = (0..<4000).map { _ in
            (prefill: min(120_000, Int(1000 / generator.unit())), decode: generator.geometric(mean: 200))
        }
        let trace = try summary(csv(requests), .csv)
        let statistics = try TraceStatistics(trace)
        let cells = trace.histogram.cells
        let workload = Workload(
            histogram: try RequestTrace(
                prefill: cells.map(\.prefill), decode: cells.map(\.decode), weights: cells.map { Double($0.count) }),
            slotLoad: statistics.slotLoad)
        let stages = StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0.0003, beta: 50)),
            ffn: LatencyModel(try LatencyLine(alpha: 0.083, beta: 100)))
        let problem = try SizingProblem(workload: workload, stages: stages, batchSize: 32, barrierMethod: method)
        return (problem, InputErrors(load: InputErrors.Load(statistics)))
    }

    @Test(
        "the interval and the range are those of the theory that recommends",
        arguments: [BarrierMethod.exact, .gaussian])
    func sameTheory(method: BarrierMethod) throws {
        let (problem, errors) = try Self.problem(method)
        let model = problem.barrier
        let best = problem.solve(under: model).recommendation
        let ratio = Int(best.ratio)
        let uncertainty = SizingUncertainty(problem, best: best, model: model, errors: errors)
        #expect(uncertainty.ratio.contains(ratio) && uncertainty.ratio.count > 1)
        #expect(uncertainty.throughput.lowerBound < best.throughputPerInstance)
        #expect(uncertainty.throughput.upperBound > best.throughputPerInstance)

        // Solved anew at other means: the same ratio within the range, another beyond it.
        let load = problem.workload.slotLoad
        func bestRatio(mean: Double) throws -> Int {
            let moved = try BundleParameters(
                slotLoad: try SlotLoad(mean: mean, standardDeviation: load.standardDeviation, skewness: load.skewness),
                stages: problem.stages, batchSize: problem.batchSize)
            let there = model.moved(to: moved)
            let rate = { (r: Int) in Double(r) / Double(r + 1) / there.duration(ratio: Double(r)) }
            return (1...200).reduce(1) { rate($1) > rate($0) ? $1 : $0 }
        }
        let range = uncertainty.meanContext
        #expect(range.contains(load.mean))
        #expect(try bestRatio(mean: range.lowerBound) == ratio && bestRatio(mean: range.upperBound) == ratio)
        #expect(try bestRatio(mean: range.upperBound * 1.001) != ratio)
        #expect(try bestRatio(mean: range.lowerBound * 0.999) != ratio)
    }

    @Test("the two theories recommend different ratios here, so the test above can tell them apart")
    func different() throws {
        let exact = try Self.problem(.exact).0.solve().recommendation.ratio
        let gaussian = try Self.problem(.gaussian).0.solve().recommendation.ratio
        #expect(exact != gaussian)
    }

    @Test("a theory moved to other moments is the theory of those moments")
    func moved() throws {
        let (problem, _) = try Self.problem(.exact)
        let model = problem.barrier
        let load = problem.workload.slotLoad
        let other = try BundleParameters(
            slotLoad: try SlotLoad(mean: load.mean * 1.1, standardDeviation: load.standardDeviation * 0.9),
            stages: problem.stages, batchSize: problem.batchSize)
        // The mean of the slowest of r is linear in the loads' place and width.
        let line = try #require(problem.stages.attention.line)
        let shift = line.alpha * Double(problem.batchSize) * (1.1 - 0.9) * load.mean
        for ratio in [1.0, 8, 30] {
            let before = model.cycle(ratio: ratio).slowestAttention
            let after = model.moved(to: other).cycle(ratio: ratio).slowestAttention
            #expect(relativeError(after, line.beta + 0.9 * (before - line.beta) + shift) < 2e-3, "\(ratio)")
        }
        #expect(model.moved(to: problem.parameters).duration(ratio: 9) == model.duration(ratio: 9))
    }
}
