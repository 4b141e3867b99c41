import SizingNumerics
import Testing

@testable import Simulation
@testable import Sizing

@Suite("Statistics")
struct StatisticsTests {
    @Test("percentiles of the histogram are those of the sorted values, to 0.1 %")
    func histogram() throws {
        var generator = StreamKey(seed: 5).generator
        var parts = [LogHistogram(), LogHistogram(), LogHistogram()]
        var values: [Double] = []
        for _ in 0..<9000 {
            let value = PortableMath.exp(8 * generator.unit() - 3)
            values.append(value)
        }
        for part in parts.indices { parts[part].add(Array(values.dropFirst(part * 3000)), count: 3000) }
        var all = LogHistogram()
        for part in parts { all.merge(part) }
        values.sort()
        #expect(all.total == 9000)
        for fraction in [0.001, 0.5, 0.95, 0.99, 1] {
            let exact = values[max(0, Int((fraction * 9000).rounded(.up)) - 1)]
            #expect(abs(try #require(all.quantile(fraction)) / exact - 1) < 1.0 / 1024)
        }
        #expect(LogHistogram().quantile(0.5) == nil)
    }

    @Test("extreme values stay in bounds")
    func extremes() {
        var histogram = LogHistogram()
        histogram.add([0, -1, 1e-300, 1e300, .infinity, .nan, 1, 5], count: 7)
        #expect(histogram.total == 7)
        #expect(histogram.counts.count < 110_000)
    }

    @Test("block means keep sums in bounded memory")
    func blocks() {
        var blocks = BlockMeans()
        for index in 0..<10_000 { blocks.add(Double(index)) }
        let batches = blocks.batches(16)
        #expect(batches.count == 16)
        let width = batches[1] - batches[0]
        #expect(zip(batches, batches.dropFirst()).allSatisfy { abs($1 - $0 - width) < 1e-6 })
        var short = BlockMeans()
        for value in [3, 4, 5] as [Double] { short.add(value) }
        #expect(short.batches(16) == [3, 4, 5])
    }

    @Test("an interval is Student's")
    func student() throws {
        let estimate = Estimate(2, parts: [1, 2, 3])
        let interval = try #require(estimate.interval)
        #expect(abs(interval.upperBound - (2 + 4.303 / 3.0.squareRoot())) < 1e-12)
        #expect(Estimate(1, parts: [1]).interval == nil)
        let turned = estimate.reciprocal(scale: 10)
        #expect(turned.value == 5)
    }

    @Test("about 95 % of 200 runs contain the long-run value", arguments: [nil, 2])
    func coverage(microbatches: Int?) throws {
        let workload = try Workload(.independent(prefill: .fixed(100), decode: .geometric(mean: 40)))
        func problem(_ requests: Int, _ seed: UInt64) throws -> SimulationProblem {
            try SimulationProblem(
                workload: workload, stages: Cases.stages(alpha: 0.03), batchSize: 16, microbatches: microbatches,
                ratios: [4], requestsPerInstance: requests, seed: seed)
        }
        let truth = try problem(200_000, 999).run(threads: 2).points[0].cycle.value
        var covered = 0
        for seed in 1...200 as ClosedRange<UInt64> {
            let interval = try problem(400, seed).run().points[0].cycle.interval
            if let interval, interval.contains(truth) { covered += 1 }
        }
        // 190 ± 3.1 expected; four deviations either way.
        #expect(178...200 ~= covered, "\(covered) of 200")
    }
}
