import Glibc
import TestSupport
import Testing

@testable import Planning
@testable import Sizing

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
        attention: LatencyModel((try? LatencyLine(alpha: 0.00165, beta: 50)) ?? .zero),
        ffn: LatencyModel((try? LatencyLine(alpha: 0.083, beta: 100)) ?? .zero))

    static let cells = [
        Cell(chunk: 256, prompt: 1000, rate: 100), Cell(chunk: 512, prompt: 1000, rate: 500),
        Cell(chunk: 512, prompt: 1000, rate: 700), Cell(chunk: 2048, prompt: 1000, rate: 700),
        Cell(chunk: 4096, prompt: 3000, rate: 250), Cell(chunk: 256, prompt: 800, rate: 600, isLognormal: true),
        Cell(chunk: 512, prompt: 800, rate: 600, isLognormal: true, perPair: 0.00005),
    ]

    static func theory(_ cell: Cell, slots: Int = 512, instances: Int = 1) throws -> MixedService {
        let load = try OpenLoad(cell.workload)
        let stages = stages
        let bundle = try OpenBundle(attentionInstances: instances, batchSize: slots, load: load) {
            stages.inSequence(ratio: Double(instances), batchSize: $0, withLink: false)
        }
        let time = try PrefillTime(perToken: 0.4, perPass: 0, perPair: cell.perPair)
        let prompts = ChunkedPrompts(lengths: load.lengths.prefill, time: time, chunkTokens: cell.chunk) { 0.4 * $0 }
        let solved = SolvedBundle(bundle)
        let arrivals = try Arrivals(requestsPerSecond: cell.rate)
        let service = solved?.mixedService(arrivals, groups: 1, routing: .leastLoaded) { _ in prompts }
        return try #require(service)
    }

    @Test("Instances that step together were not compared, and are not said to be right")
    func together() throws {
        let isTrustworthy = try Self.theory(Self.cells[0], instances: 2).isTrustworthy
        #expect(!isTrustworthy)
    }

    @Test("TTFT, TPOT and the share of steps with chunks are those of a simulation step by step", arguments: cells)
    func simulated(cell: Cell) throws {
        var simulation = MixedSimulation(chunk: cell.chunk, slots: 512, rate: cell.rate * 1e-6)
        simulation.perPair = cell.perPair
        let scale = LognormalScale(mean: cell.prompt, deviation: cell.isLognormal ? 0.8 : 0)
        let result = simulation.run(requests: 20_000) { generator in
            let decode = 1 + Int(log(Double.random(in: 1e-12..<1, using: &generator)) / log1p(-1 / 200.0))
            return (scale.draw(&generator), decode)
        }
        // At the work that came.
        var came = cell
        came.rate = result.rate * 1e6 * result.meanPrompt / cell.prompt
        let service = try Self.theory(came)
        let isTrustworthy = service.isTrustworthy
        #expect(isTrustworthy)
        #expect(abs(service.meanTPOT / result.meanTPOT - 1) < 0.03)
        #expect(abs(service.ttft.mean / result.meanTTFT - 1) < 0.05)
        #expect(abs(service.ttft.percentile(0.9) / result.ttft90 - 1) < 0.1)
        // Where a chunk rides along every other step the median itself is anywhere between the two.
        #expect(service.tpotShare(within: 1.05 * result.tpot50) > 0.46)
        #expect(service.tpotShare(within: 0.95 * result.tpot50) < 0.54)
        #expect(abs(service.tpot(percentile: 0.99) / result.tpot99 - 1) < 0.03)
        #expect(abs(service.chunkShare - result.chunkShare) < 0.015)
        #expect(abs(service.promptUtilisation - result.promptUtilisation) < 0.015)
    }

    @Test(
        "what was found wrong by more is not trusted: prompts that take a good part of a request's time"
    )
    func notTrusted() throws {
        for cell in [
            Cell(chunk: 512, prompt: 3000, rate: 140, isLognormal: true, perPair: 0.0002),
            Cell(chunk: 512, prompt: 1500, rate: 350, isLognormal: true, perPair: 0.0002),
        ] {
            let isTrustworthy = try Self.theory(cell).isTrustworthy
            #expect(!isTrustworthy, "\(cell)")
        }
    }

    @Test("with prompts of no work it is the open bundle; more work, or more rate, is nowhere faster")
    func limits() throws {
        let load = try OpenLoad(Self.cells[0].workload)
        let stages = Self.stages
        let made = try SolvedBundle(
            OpenBundle(attentionInstances: 1, batchSize: 512, load: load) {
                stages.inSequence(ratio: 1, batchSize: $0, withLink: false)
            })
        let solved = try #require(made)
        let time = try PrefillTime(perToken: 1e-9, perPass: 0)
        let arrivals = try Arrivals(requestsPerSecond: 600)
        let bundle = try #require(solved.service(arrivals))
        func service(_ work: Double, _ arrivals: Arrivals, groups: Int = 1) -> MixedService? {
            let prompts = ChunkedPrompts(lengths: load.lengths.prefill, time: time, chunkTokens: 2000) { work * $0 }
            return solved.mixedService(arrivals, groups: groups, routing: .random) { _ in prompts }
        }
        let free = try #require(service(0, arrivals))
        #expect(relativeError(free.meanTPOT, bundle.meanTPOT) < 1e-9)
        #expect(relativeError(free.tpot(percentile: 0.99), bundle.tpot(percentile: 0.99)) < 1e-6)
        var last = free
        for work in [0.1, 0.2, 0.4, 0.6] {
            let next = try #require(service(work, arrivals))
            #expect(next.meanTPOT > last.meanTPOT && next.ttft.mean > last.ttft.mean)
            last = next
        }
        // Two groups with random routing are each one at half the rate.
        let two = try #require(service(0.4, arrivals.scaled(by: 2), groups: 2))
        let one = try #require(service(0.4, arrivals))
        #expect(relativeError(two.meanTPOT, one.meanTPOT) < 1e-9 && relativeError(two.ttft.mean, one.ttft.mean) < 1e-9)
        let tooMuch = service(2, arrivals) == nil
        #expect(tooMuch)
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
