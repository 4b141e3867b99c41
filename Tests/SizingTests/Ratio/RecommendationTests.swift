import TestSupport
import Testing
import Text

@testable import Sizing

@Suite("Recommendation")
struct RecommendationTests {
    @Test("no other whole ratio is better, and throughput stays below the mean field's bound", arguments: 0..<120)
    func exactOptimum(seed: UInt64) throws {
        var random = RandomProblem(seed: seed)
        let microbatches: Int? = seed % 3 == 0 ? nil : Int(seed % 3) * 2
        let problem = try random.problem(
            communicationLoad: seed % 2 == 0 ? .attentionBatch : .aggregateBatch, microbatches: microbatches)
        let recommendation = problem.solve().recommendation
        let bound = MeanFieldCycle(problem.parameters)
        for point in problem.curve(ratios: 1...problem.maximumRatio) {
            #expect(point.throughputPerInstance <= recommendation.throughputPerInstance)
            let meanField = bound.cycle(ratio: point.ratio).duration
            #expect(point.cycle.duration >= meanField * (1 - 1e-12), "r = \(point.ratio)")
        }
    }

    @Test("the same with curved stages and unequal costs", arguments: 0..<40)
    func curvedStages(seed: UInt64) throws {
        var random = RandomProblem(seed: seed)
        let base = try random.problem()
        let mean = Double(base.batchSize) * base.workload.slotLoad.mean
        let stages = StageLatencies(
            attention: try LatencyModel(through: [(0.5 * mean, 50), (mean, 90), (1.2 * mean, 95), (2 * mean, 300)]),
            ffn: try LatencyModel(maximumOf: [
                LatencyLine(alpha: 0, beta: 80), random.line(alpha: 1e-2...1, beta: 1...50),
            ]),
            communication: base.stages.communication, communicationLoad: .aggregateBatch)
        let problem = try SizingProblem(
            workload: base.workload, stages: stages, batchSize: base.batchSize, maximumRatio: 300,
            cost: InstanceCost(attention: random.generator.magnitude(0.2...5), ffn: 1))
        let recommendation = problem.solve().recommendation
        for point in problem.curve(ratios: 1...300) {
            #expect(point.throughputPerCost <= recommendation.throughputPerCost)
        }
    }

    @Test("scaling all times by c scales times by c and throughput by 1/c", arguments: [1e-3, 0.5, 7, 1e6])
    func scaling(factor: Double) throws {
        var random = RandomProblem(seed: 5)
        let base = try random.problem(microbatches: 2)
        let scaled = try SizingProblem(
            workload: base.workload,
            stages: StageLatencies(
                attention: base.stages.attention.scaled(by: factor), ffn: base.stages.ffn.scaled(by: factor),
                communication: base.stages.communication.scaled(by: factor)),
            batchSize: base.batchSize, microbatches: 2, maximumRatio: base.maximumRatio)
        let (one, other) = (base.solve(), scaled.solve())
        #expect(one.recommendation.ratio == other.recommendation.ratio)
        #expect(relativeError(one.closedForm.ratio, other.closedForm.ratio) < 1e-12)
        #expect(relativeError(one.recommendation.cycle.duration * factor, other.recommendation.cycle.duration) < 1e-12)
        #expect(
            relativeError(one.recommendation.throughputPerInstance / factor, other.recommendation.throughputPerInstance)
                < 1e-12)
    }

    @Test("extremes have finite answers")
    func extremes() throws {
        let lengths = [
            (try LengthDistribution.fixed(0), try LengthDistribution.fixed(1)),
            (try .fixed(1e7), try .geometric(mean: 1e7)),
            (try .fixed(100), try .lognormal(mean: 500, standardDeviation: 5000)),
        ]
        let lines = [LatencyLine.zero, try LatencyLine(alpha: 0, beta: 10), try LatencyLine(alpha: 1, beta: 0)]
        var solved = 0
        for (prefill, decode) in lengths {
            let workload = try Workload(.independent(prefill: prefill, decode: decode))
            for attention in lines {
                for ffn in lines {
                    for (batch, load) in [(1, CommunicationLoad.attentionBatch), (4096, .aggregateBatch)] {
                        let stages = StageLatencies(
                            attention: LatencyModel(attention), ffn: LatencyModel(ffn),
                            communication: LatencyModel(try LatencyLine(alpha: 0, beta: 1)), communicationLoad: load)
                        let answer = try SizingProblem(
                            workload: workload, stages: stages, batchSize: batch, microbatches: 2, maximumRatio: 10_000
                        ).solve()
                        for point in [answer.recommendation, answer.meanField] {
                            #expect(point.throughputPerInstance.isFinite && point.throughputPerInstance > 0)
                            #expect(point.cycle.duration.isFinite && point.cycle.duration > 0)
                            #expect(0...1 ~= point.cycle.idle.attention && 0...1 ~= point.cycle.idle.ffn)
                        }
                        solved += 1
                    }
                }
            }
        }
        #expect(solved == 54)
    }

    @Test("a step that takes no time is refused")
    func noTime() throws {
        let zero = LatencyModel(LatencyLine.zero)
        #expect(throws: InvalidInput.self) {
            try SizingProblem(
                workload: BaseCase.workload(), stages: StageLatencies(attention: zero, ffn: zero), batchSize: 1)
        }
    }
}
