import Foundation
import SizingNumerics
import TestSupport
import Testing
import Text

@testable import Sizing

@Suite("Slots that are not always full, and kernel times that scatter")
struct BarrierLoadTests {
    private static func line(_ alpha: Double, _ beta: Double) throws -> LatencyModel {
        LatencyModel(try LatencyLine(alpha: alpha, beta: beta))
    }

    @Test(
        "the moments of a slot that may be empty are those of its distribution",
        arguments: [1e-3, 0.2, 0.5, 0.9, 0.999])
    func occupiedMoments(occupancy: Double) throws {
        let trace = try RequestTrace(prefill: [300, 10, 50], decode: [3, 60, 20], weights: [2, 1, 1])
        let load = SlotLoad(trace: trace)
        // The distribution itself: each request and age by its weight, and an empty slot.
        var masses: [(load: Double, mass: Double)] = []
        for index in 0..<trace.count {
            for age in 0..<trace.decode[index] {
                masses.append((Double(trace.prefill[index] + age), trace.weight(at: index)))
            }
        }
        let total = masses.reduce(0) { $0 + $1.mass }
        masses = masses.map { ($0.load, $0.mass / total * occupancy) } + [(0, 1 - occupancy)]
        let mean = masses.reduce(0) { $0 + $1.load * $1.mass }
        let variance = masses.reduce(0) { $0 + pow($1.load - mean, 2) * $1.mass }
        let third = masses.reduce(0) { $0 + pow($1.load - mean, 3) * $1.mass }
        let occupied = load.occupied(occupancy)
        #expect(relativeError(occupied.mean, mean) < 1e-12)
        #expect(relativeError(occupied.variance, variance) < 1e-10)
        #expect(relativeError(occupied.skewness, third / pow(variance, 1.5)) < 1e-9)
    }

    /// E[max(floor, largest of r times)] where one instance's load has `masses` and its time scatters, by summing over loads and
    /// over a fine grid of times.
    private func expected(
        _ masses: [(time: Double, mass: Double)], jitter: Double, count: Int, floor: Double
    ) -> Double {
        let mean = masses.reduce(0) { $0 + $1.time * $1.mass }
        let deviation = jitter * mean
        let lowest = (masses.map(\.time).min() ?? 0) - 8 * deviation
        let highest = (masses.map(\.time).max() ?? 0) + 8 * deviation
        let steps = 4000
        var sum = max(floor, lowest)
        for step in 0..<steps {
            let time = lowest + (Double(step) + 0.5) / Double(steps) * (highest - lowest)
            guard time > floor else { continue }
            let below = masses.reduce(0) {
                $0 + $1.mass * NormalDistribution.cumulative((time - $1.time) / deviation)
            }
            sum += (1 - pow(below, Double(count))) * (highest - lowest) / Double(steps)
        }
        return sum
    }

    @Test("one slot a worker: the barrier is that of load and jitter added up", arguments: [0.05, 0.2, 0.5])
    func jitterOfOneSlot(jitter: Double) throws {
        let workload = try Workload(
            .independent(prefill: .fixed(200), decode: .uniform(minimum: 1, maximum: 400)))
        let beyond = (0..<400).map { 1 - Double($0) / 400 }
        let total = beyond.reduce(0, +)
        let stages = StageLatencies(attention: try Self.line(0.5, 30), ffn: try Self.line(0, 150))
        let masses = beyond.enumerated().map { (0.5 * (200 + Double($0.offset)) + 30, $0.element / total) }
        for count in [1, 3, 20] {
            let parameters = try BundleParameters(
                slotLoad: workload.slotLoad, stages: stages, batchSize: 1, jitter: KernelJitter(attention: jitter))
            let model = ExactBarrierCycle(parameters, workload: workload)
            #expect(model.isFromDistribution)
            let reference = expected(masses, jitter: jitter, count: count, floor: 150)
            #expect(relativeError(model.duration(ratio: Double(count)), reference) < 0.005, "r = \(count)")
        }
    }

    @Test("where t_A does not depend on the load, jitter alone makes the barrier", arguments: [1, 5, 100])
    func flat(count: Int) throws {
        let load = try SlotLoad(mean: 100, standardDeviation: 50, skewness: 3)
        let parameters = try BundleParameters(
            slotLoad: load, stages: StageLatencies(attention: try Self.line(0, 300), ffn: try Self.line(0, 10)),
            batchSize: 64, jitter: KernelJitter(attention: 0.1))
        let largest = GaussianBarrierTests.expectation(count: Double(count)) { 300 + 30 * $0 }
        #expect(relativeError(GaussianBarrierCycle(parameters).duration(ratio: Double(count)), largest) < 1e-6)
        let workload = try Workload(.moments(load))
        let exact = ExactBarrierCycle(parameters, workload: workload).duration(ratio: Double(count))
        #expect(relativeError(exact, largest) < 1e-3)
    }

    @Test("on a curve the variance of t_A is that of load and jitter together")
    func curve() throws {
        let load = try SlotLoad(mean: 1000, standardDeviation: 600)
        let curve = try LatencyModel(through: [(0, 100), (60_000, 150), (66_000, 260), (100_000, 500)])
        func moments(_ jitter: Double) throws -> (mean: Double, variance: Double) {
            let parameters = try BundleParameters(
                slotLoad: load, stages: StageLatencies(attention: curve, ffn: try Self.line(0, 1)), batchSize: 64,
                jitter: KernelJitter(attention: jitter))
            func time(_ z: Double) -> Double {
                parameters.attention.latency(at: parameters.meanLoad + parameters.loadDeviation * z)
            }
            let mean = GaussianBarrierTests.expectation(count: 1, time)
            return (mean, GaussianBarrierTests.expectation(count: 1) { pow(time($0) - mean, 2) })
        }
        let (mean, own) = try moments(0)
        let (same, all) = try moments(0.2)
        #expect(relativeError(same, mean) < 1e-3)
        #expect(relativeError(all, own + pow(0.2 * mean, 2)) < 0.01)
    }

    @Test("the FFN's jitter in lock-step is the expectation over it")
    func ffnJitter() throws {
        let parameters = try BundleParameters(
            slotLoad: SlotLoad(mean: 599, standardDeviation: 0), stages: BaseCase.stages(), batchSize: 256,
            jitter: KernelJitter(ffn: 0.1))
        let mean = parameters.stages.attention.latency(at: parameters.meanLoad)
        for ratio in [1.0, 8, 10, 20] {
            let f = parameters.stages.ffnTime(ratio: ratio, batchSize: 256)
            let reference = GaussianBarrierTests.expectation(count: 1) { max(mean, f * (1 + 0.1 * $0)) }
            #expect(relativeError(GaussianBarrierCycle(parameters).duration(ratio: ratio), reference) < 0.003)
        }
        // With one microbatch nothing overlaps, and a mean stays a mean.
        let single = try BundleParameters(
            slotLoad: SlotLoad(mean: 599, standardDeviation: 0), stages: BaseCase.stages(), batchSize: 256,
            microbatches: 1, jitter: KernelJitter(ffn: 0.1))
        let cycle = GaussianBarrierCycle(single).cycle(ratio: 8)
        #expect(relativeError(cycle.duration, cycle.attention + cycle.ffn + cycle.communication) < 1e-12)
    }

    @Test("neither jitter nor empty slots change what has none of them")
    func none() throws {
        let base = try BaseCase.problem()
        let same = try SizingProblem(
            workload: base.workload, stages: base.stages, batchSize: 256, occupancy: 1, jitter: KernelJitter())
        #expect(same == base)
        #expect(same.solve() == base.solve())
    }

    @Test("half-empty slots are sized as the batch that is there, with a wider load", arguments: [nil, 2])
    func halfEmpty(microbatches: Int?) throws {
        let base = try BaseCase.problem(batchSize: 512, microbatches: microbatches)
        let half = try SizingProblem(
            workload: base.workload, stages: base.stages, batchSize: 512, microbatches: microbatches, occupancy: 0.5)
        let full = try BaseCase.problem(batchSize: 256, microbatches: microbatches)
        let (a, b) = (half.solve(), full.solve())
        #expect(relativeError(a.closedForm.ratio, b.closedForm.ratio) < 1e-12)
        #expect(relativeError(a.meanField.throughputPerInstance, b.meanField.throughputPerInstance) < 1e-12)
        #expect(half.parameters.loadDeviation > full.parameters.loadDeviation)
        #expect(a.recommendation.throughputPerInstance < b.recommendation.throughputPerInstance)
    }

    @Test(
        "out of range is refused by name",
        arguments: [
            ("occupancy", 0.0), ("occupancy", 1.01), ("occupancy", .nan), ("attention_cv", -0.1), ("ffn_cv", 0.6),
        ])
    func refused(field: String, value: Double) throws {
        let error = #expect(throws: InvalidInput.self) {
            try BundleParameters(
                slotLoad: SlotLoad(mean: 1, standardDeviation: 1), stages: BaseCase.stages(), batchSize: 1,
                occupancy: field == "occupancy" ? value : 1,
                jitter: KernelJitter(
                    attention: field == "attention_cv" ? value : 0, ffn: field == "ffn_cv" ? value : 0))
        }
        #expect(error?.field == field)
    }
}

@Suite("A full-duplex link")
struct LinkTimesTests {
    private func stages(_ communication: LatencyModel, delay: Double? = nil, share: Double = 0.5) throws
        -> StageLatencies
    {
        StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0.001, beta: 1)), ffn: LatencyModel(.zero),
            communication: communication, linkDelay: delay, outboundShare: share)
    }

    @Test("of a line α is bytes, half of them each way, and β is delay")
    func line() throws {
        let link = try stages(LatencyModel(try LatencyLine(alpha: 0.3, beta: 40))).linkTimes(ratio: 3, requests: 100)
        #expect(link.out == 15 && link.back == 15)
    }

    @Test("of a roofline of delay and bytes the bytes count, below the knee too")
    func roofline() throws {
        let model = try LatencyModel(maximumOf: [LatencyLine(alpha: 0, beta: 50), LatencyLine(alpha: 0.5, beta: 0)])
        let stages = try stages(model)
        for (requests, bytes) in [(10.0, 5.0), (90, 45), (100, 50), (400, 200)] {
            #expect(stages.linkTimes(ratio: 1, requests: requests).out == bytes / 2)
        }
    }

    @Test(
        "of a measured curve what the load adds counts; never more than all of it, and never falling", arguments: 0..<20
    )
    func curve(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var latency = 10.0
        let points = (1...6).map { index in
            latency += Double.random(in: 0...50, using: &generator)
            return (load: Double(index * index) * 20, latency: latency)
        }
        let model = try LatencyModel(through: points)
        let stages = try stages(model)
        var previous = 0.0
        for load in stride(from: 1.0, through: 2000, by: 7) {
            let busy = stages.busierDirection(ratio: 1, requests: load) * 2
            #expect(busy >= previous - 1e-9)
            #expect(busy <= model.latency(at: load) + 1e-9)
            #expect(busy >= model.latency(at: load) - model.latency(at: 0) - 1e-9)
            #expect(busy / load >= model.leastTransferPerLoad(in: load...(3 * load), delay: nil) - 1e-9)
            previous = busy
        }
    }

    @Test("where delay and directions are known apart, they are taken as they are")
    func known() throws {
        let model = LatencyModel(try LatencyLine(alpha: 0.3, beta: 40))
        let link = try stages(model, delay: 25, share: 0.25).linkTimes(ratio: 1, requests: 100)
        #expect(abs(link.out - 45 * 0.25) < 1e-12 && abs(link.back - 45 * 0.75) < 1e-12)
        #expect(try stages(model, delay: 100).busierDirection(ratio: 1, requests: 100) == 0)
    }
}
