import TestSupport

@testable import Sizing

/// Sizing problems over the ranges that deployments live in, and some beyond.
struct RandomProblem {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func line(alpha: ClosedRange<Double>, beta: ClosedRange<Double>) throws -> LatencyLine {
        try LatencyLine(alpha: generator.magnitude(alpha), beta: generator.magnitude(beta))
    }

    mutating func stages(communicationLoad: CommunicationLoad) throws -> StageLatencies {
        StageLatencies(
            attention: LatencyModel(try line(alpha: 1e-4...1e-2, beta: 1...500)),
            ffn: LatencyModel(try line(alpha: 1e-2...1, beta: 1...500)),
            communication: LatencyModel(try line(alpha: 1e-3...1, beta: 1...500)),
            communicationLoad: communicationLoad)
    }

    mutating func workload() throws -> Workload {
        let prefill = try LengthDistribution.lognormal(
            mean: generator.magnitude(10...20_000), standardDeviation: generator.magnitude(1...20_000))
        let decode = try LengthDistribution.geometric(mean: generator.magnitude(1...2_000))
        return try Workload(.independent(prefill: prefill, decode: decode))
    }

    mutating func problem(
        communicationLoad: CommunicationLoad = .attentionBatch, microbatches: Int? = nil, maximumRatio: Int = 200
    ) throws -> SizingProblem {
        try SizingProblem(
            workload: workload(), stages: stages(communicationLoad: communicationLoad),
            batchSize: Int(generator.magnitude(1...1024)), microbatches: microbatches, maximumRatio: maximumRatio)
    }
}

/// The paper's base case (v1, table 2 and figure 4).
enum BaseCase {
    static func stages(communicationLoad: CommunicationLoad = .attentionBatch) throws -> StageLatencies {
        StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0.00165, beta: 50)),
            ffn: LatencyModel(try LatencyLine(alpha: 0.083, beta: 100)),
            communication: LatencyModel(try LatencyLine(alpha: 0.022, beta: 20)),
            communicationLoad: communicationLoad)
    }

    static func workload(prefill: Double = 100, decode: Double = 500, horizon: Int? = nil) throws -> Workload {
        try Workload(
            .independent(prefill: .fixed(prefill), decode: .geometric(mean: decode)), horizonRequests: horizon)
    }

    static func problem(
        batchSize: Int = 256, prefill: Double = 100, decode: Double = 500, horizon: Int? = nil, microbatches: Int? = nil
    ) throws -> SizingProblem {
        try SizingProblem(
            workload: workload(prefill: prefill, decode: decode, horizon: horizon), stages: stages(),
            batchSize: batchSize, microbatches: microbatches)
    }
}
