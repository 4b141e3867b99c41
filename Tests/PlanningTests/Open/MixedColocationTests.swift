import Glibc
import Sizing
import TestSupport
import Testing

@testable import Planning

@Suite("One pool for prefill and decode")
struct MixedColocationTests {
    struct Cell: Sendable, CustomTestStringConvertible {
        var chunk: Int
        var prompt: Double
        /// Requests a second of one instance.
        var rate: Double
        var isLognormal = false
        var perPair = 0.0

        var testDescription: String { "\(chunk), \(prompt)\(isLognormal ? " lognormal" : ""), \(rate)" }

        var workload: Workload {
            get throws {
                let prompt: LengthDistribution =
                    isLognormal
                    ? try .lognormal(mean: prompt, standardDeviation: prompt * 0.8) : try .fixed(prompt)
                return try Workload(.independent(prefill: prompt, decode: .geometric(mean: 200)))
            }
        }
    }

    static let stages = StageLatencies(
        attention: LatencyModel((try? LatencyLine(alpha: 0.00165, beta: 50)) ?? .zero), ffn: LatencyModel((try? LatencyLine(alpha: 0.083, beta: 100)) ?? .zero))

    static let cells = [
        Cell(chunk: 256, prompt: 1000, rate: 100), Cell(chunk: 512, prompt: 1000, rate: 500),
        Cell(chunk: 512, prompt: 1000, rate: 900), Cell(chunk: 2048, prompt: 1000, rate: 700),
        Cell(chunk: 256, prompt: 800, rate: 600, isLognormal: true),
        Cell(chunk: 512, prompt: 3000, rate: 200, isLognormal: true, perPair: 0.0002),
    ]

    static func theory(_ cell: Cell, slots: Int = 512) throws -> MixedService {
        let load = try OpenLoad(cell.workload)
        let stages = stages
        let bundle = try OpenBundle(attentionInstances: 1, batchSize: slots, load: load) {
            stages.inSequence(ratio: 1, batchSize: $0, withLink: false)
        }
        let time = try PrefillTime(perToken: 0.4, perPass: 0, perPair: cell.perPair)
        let prompts = ChunkedPrompts(lengths: load.lengths.prefill, time: time, chunkTokens: cell.chunk) { 0.4 * $0 }
        let solved = try #require(SolvedBundle(bundle))
        return try #require(
            solved.mixedService(
                Arrivals(requestsPerSecond: cell.rate), groups: 1, routing: .leastLoaded, prompts: { _ in prompts }))
    }

    @Test("TTFT, TPOT and the share of steps with chunks are those of a simulation step by step", arguments: cells)
    func simulated(cell: Cell) throws {
        let service = try Self.theory(cell)
        #expect(service.isTrustworthy)
        var simulation = MixedSimulation(chunk: cell.chunk, slots: 512, rate: cell.rate * 1e-6)
        simulation.perPair = cell.perPair
        let scale = LognormalScale(mean: cell.prompt, deviation: cell.isLognormal ? 0.8 : 0)
        let result = simulation.run(requests: 20_000) { generator in
            let decode = 1 + Int(log(Double.random(in: 1e-12..<1, using: &generator)) / log1p(-1 / 200.0))
            return (scale.draw(&generator), decode)
        }
        print(
            "\(cell): TTFT \(service.ttft.mean / result.meanTTFT - 1) p90 \(service.ttft.percentile(0.9) / result.ttft90 - 1)"
                + " TPOT \(service.meanTPOT / result.meanTPOT - 1) p50 \(service.tpot(percentile: 0.5) / result.tpot50 - 1)"
                + " p99 \(service.tpot(percentile: 0.99) / result.tpot99 - 1)"
                + " q \(service.chunkShare) \(result.chunkShare) u \(service.promptUtilisation) \(result.promptUtilisation)")
        #expect(abs(service.meanTPOT / result.meanTPOT - 1) < 0.03)
        #expect(abs(service.ttft.mean / result.meanTTFT - 1) < 0.05)
        #expect(abs(service.ttft.percentile(0.9) / result.ttft90 - 1) < 0.1)
        #expect(abs(service.tpot(percentile: 0.5) / result.tpot50 - 1) < 0.05)
        #expect(abs(service.tpot(percentile: 0.99) / result.tpot99 - 1) < 0.05)
        #expect(abs(service.chunkShare - result.chunkShare) < 0.03)
        #expect(abs(service.promptUtilisation - result.promptUtilisation) < 0.03)
    }
}

/// Whole lengths of a lognormal law.
struct LognormalScale {
    let location: Double
    let scale: Double

    init(mean: Double, deviation: Double) {
        scale = log1p(deviation * deviation).squareRoot()
        location = log(mean) - scale * scale / 2
    }

    func draw(_ generator: inout SeededGenerator) -> Int {
        let radius = (-2 * log(Double.random(in: 1e-300..<1, using: &generator))).squareRoot()
        let z = radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
        return max(1, Int(exp(location + scale * z).rounded()))
    }
}
