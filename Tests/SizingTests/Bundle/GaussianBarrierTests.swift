import Foundation
import SizingNumerics
import TestSupport
import Testing

@testable import Sizing

@Suite("Gaussian barrier")
struct GaussianBarrierTests {
    /// E[φ(Z)] for Z the largest of `count` standard normals, by the midpoint rule over the law of Z.
    static func expectation(count: Double, _ φ: (Double) -> Double) -> Double {
        let steps = 40_000
        let width = 19.0 / Double(steps)
        var total = 0.0
        var below = 0.0
        for step in 0..<steps {
            let upper = -9.5 + Double(step + 1) * width
            let next = exp(count * NormalDistribution.logCumulative(upper))
            total += (next - below) * φ(upper - width / 2)
            below = next
        }
        return total
    }

    @Test("a curve that is steep at its start does not take a mean below none", arguments: [1, 2, 8])
    func steepStart(batch: Int) throws {
        let curve = try LatencyModel(through: [(0.04, 1), (60, 900), (800, 1000)])
        let load = try SlotLoad(mean: 90, standardDeviation: 200)
        let stages = StageLatencies(attention: curve, ffn: curve)
        let parameters = try BundleParameters(slotLoad: load, stages: stages, batchSize: batch)
        let cycle = GaussianBarrierCycle(parameters)
        #expect(cycle.meanAttention >= 1 - 1e-9)
        let expected = Self.expectation(count: 1) {
            curve.latency(at: max(0, parameters.meanLoad + parameters.loadDeviation * $0))
        }
        #expect(relativeError(cycle.meanAttention, expected) < 1e-5)
    }

    @Test(
        "agrees with the expectation worked out on a grid, all shapes of latency, with and without microbatches",
        arguments: 0..<40)
    func againstGrid(seed: UInt64) throws {
        var random = RandomProblem(seed: seed)
        let load = try random.workload().slotLoad
        let batch = Int(random.generator.magnitude(1...512))
        let mean = Double(batch) * load.mean
        let attention =
            switch seed % 3 {
            case 0: LatencyModel(try random.line(alpha: 1e-4...1e-2, beta: 1...500))
            case 1:
                try LatencyModel(maximumOf: (0..<3).map { _ in try random.line(alpha: 1e-4...1e-2, beta: 1...500) })
            default: try LatencyModel(through: [(0.5 * mean, 50), (mean, 90), (1.2 * mean, 95), (2 * mean, 300)])
            }
        let stages = StageLatencies(
            attention: attention, ffn: LatencyModel(try random.line(alpha: 1e-2...1, beta: 1...500)),
            communication: LatencyModel(try random.line(alpha: 1e-3...1, beta: 1...100)))
        let ratio = random.generator.magnitude(1...300).rounded()
        let f = stages.ffnTime(ratio: ratio, batchSize: batch)
        let c = stages.communicationTime(ratio: ratio, batchSize: batch)
        for m in [nil, 1, 2, 5] {
            let parameters = try BundleParameters(slotLoad: load, stages: stages, batchSize: batch, microbatches: m)
            let deviation = parameters.loadDeviation
            let expected = Self.expectation(count: ratio) { z in
                let single = attention.latency(at: mean + deviation * z)
                guard let m else { return max(f, c, single) }
                let shrunk = attention.latency(at: mean + deviation * z / Double(m).squareRoot())
                // Half of the bytes of a line each way.
                let link = (c - stages.communication.latency(at: 0)) / 2
                return max(f, link, shrunk, (single + f + c) / Double(m))
            }
            let cycle = GaussianBarrierCycle(parameters).cycle(ratio: ratio)
            #expect(relativeError(cycle.duration, expected) < 1e-6, "m = \(String(describing: m))")
            let mean = Self.expectation(count: 1) { attention.latency(at: mean + deviation * $0) }
            #expect(relativeError(cycle.attention, mean) < 1e-6)
        }
    }

    @Test("ν → 0 turns the barrier into the mean field", arguments: [nil, 1, 3])
    func noVariance(microbatches: Int?) throws {
        for deviation in [0, 1e-9] {
            let parameters = try BundleParameters(
                slotLoad: SlotLoad(mean: 599, standardDeviation: deviation), stages: BaseCase.stages(), batchSize: 256,
                microbatches: microbatches)
            for ratio in [1.0, 5, 10, 40] {
                let barrier = GaussianBarrierCycle(parameters).cycle(ratio: ratio).duration
                #expect(relativeError(barrier, MeanFieldCycle(parameters).cycle(ratio: ratio).duration) < 1e-9)
            }
        }
    }

    @Test(
        "one microbatch adds the stages up, more never lengthen the cycle, many tend to the mean field",
        arguments: 0..<20)
    func microbatches(seed: UInt64) throws {
        var random = RandomProblem(seed: seed)
        let load = try random.workload().slotLoad
        let stages = try random.stages(communicationLoad: seed % 2 == 0 ? .attentionBatch : .aggregateBatch)
        let batch = Int(random.generator.magnitude(1...512))
        let ratio = random.generator.magnitude(1...100).rounded()
        func cycle(_ m: Int) throws -> CycleTime {
            let parameters = try BundleParameters(slotLoad: load, stages: stages, batchSize: batch, microbatches: m)
            return GaussianBarrierCycle(parameters).cycle(ratio: ratio)
        }
        let single = try cycle(1)
        #expect(relativeError(single.duration, single.slowestAttention + single.ffn + single.communication) < 1e-9)
        var previous = single.duration
        for m in [2, 3, 4, 8, 16, 64, 256, 1024] {
            let next = try cycle(m).duration
            #expect(next <= previous * (1 + 1e-12))
            previous = next
        }
        let parameters = try BundleParameters(slotLoad: load, stages: stages, batchSize: batch)
        let means = MeanFieldCycle(parameters).cycle(ratio: ratio)
        let link = stages.busierDirection(ratio: ratio, requests: Double(batch))
        let meanField = max(means.attention, means.ffn, link)
        let spread = parameters.loadDeviation * (stages.attention.line?.alpha ?? 0)
        // What is left of the barrier at m = 1024 is at most 5 deviations of a mean of 1,024 loads.
        #expect(previous >= meanField * (1 - 1e-12) && previous <= meanField + 5 * spread / 32 + 1e-9)
    }
}
