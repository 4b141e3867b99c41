import Testing

@testable import Simulation
@testable import Sizing

/// The paper's base case (v1, figure 4).
@Suite("The paper's figure 4")
struct PaperFigureTests {
    private func sweep(
        _ ratios: [Int], start: SimulationStart, requests: Int, seed: UInt64 = 1
    ) throws -> SimulationResult {
        try SimulationProblem(
            workload: Cases.base(), stages: Cases.stages(), batchSize: 256, microbatches: 2, ratios: ratios,
            requestsPerInstance: requests, start: start, seed: seed
        ).run(threads: 2)
    }

    @Test("best ratio of the grid, and idle fractions, by the paper's measure")
    func figure() throws {
        let result = try sweep([1, 2, 4, 8, 16, 24, 32], start: .cold, requests: 10_000)
        #expect(result.best()?.ratio == 8)
        #expect(result.points[6].attentionIdle.total > 0.6)
        #expect(result.points[3].ffnIdle.total > result.points[3].attentionIdle.total)
        #expect(result.points[4].ffnIdle.total < result.points[4].attentionIdle.total)
    }

    @Test("the FFN idles for 58 % and more beside one instance")
    func oneInstance() throws {
        // A cold run of 10,000 requests knows it to ±0.4 % only, so the mean of several.
        let idle = try (1...16 as ClosedRange<UInt64>).map { seed in
            try sweep([1], start: .cold, requests: 10_000, seed: seed).points[0].ffnIdle.total
        }
        #expect(idle.reduce(0, +) / 16 > 0.58 - 0.001)
        #expect(try sweep([1], start: .stationary, requests: 10_000).points[0].ffnIdle.total > 0.58)
    }

    @Test("best of all whole ratios, and where the two roles idle equally")
    func allRatios() throws {
        let result = try sweep(Array(6...12), start: .stationary, requests: 3000)
        #expect([8, 9].contains(result.best()?.ratio))
        // The FFN idles more before, Attention after.
        let crossing = result.points.first { $0.ffnIdle.total <= $0.attentionIdle.total }
        #expect(8...11 ~= (crossing?.ratio ?? 0))
    }
}
