import Sizing
import Testing

@testable import Calibration

@Suite("Plausibility of a sizing") struct PlausibilityTests {
    private static func codes(
        attention: (Double, Double) = (0.00165, 50), ffn: (Double, Double) = (0.083, 100), ratio: Int = 64
    ) throws -> [String] {
        let stages = StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: attention.0, beta: attention.1)),
            ffn: LatencyModel(try LatencyLine(alpha: ffn.0, beta: ffn.1)))
        let load = try SlotLoad(mean: 599, standardDeviation: 499.5, skewness: 2)
        let problem = try SizingProblem(
            workload: try Workload(.moments(load)), stages: stages, batchSize: 256, maximumRatio: ratio)
        let best = problem.solve().recommendation
        return SizingPlausibility.warnings(
            best.cycle, tpot: best.tpot, load: 256 * 599, latency: stages.attention.latency(at: 256 * 599)
        ).map(\.code)
    }

    @Test("the base case of the paper is plausible")
    func base() throws { #expect(try Self.codes().isEmpty) }

    @Test("milliseconds under a name of microseconds show, in one stage or in all")
    func milliseconds() throws {
        #expect(try Self.codes(attention: (1.65e-6, 0.05)).contains("implausible_idle"))
        #expect(try Self.codes(attention: (1.65e-6, 0.05)).contains("beyond_memory_bandwidth"))
        #expect(try Self.codes(ffn: (8.3e-5, 0.1)).contains("implausible_idle"))
        let all = try Self.codes(attention: (1.65e-6, 0.05), ffn: (8.3e-5, 0.1))
        #expect(all.contains("implausible_tpot") && all.contains("beyond_memory_bandwidth"))
    }
}
