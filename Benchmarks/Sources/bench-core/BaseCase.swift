import Sizing

/// The paper's base case (arXiv 2601.21351 v1, table 2).
enum BaseCase {
    static func stages() throws -> StageLatencies {
        StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0.00165, beta: 50)),
            ffn: LatencyModel(try LatencyLine(alpha: 0.083, beta: 100)),
            communication: LatencyModel(try LatencyLine(alpha: 0.022, beta: 20)))
    }

    static func workload(prefill: Double = 100, decode: Double = 500) throws -> Workload {
        try Workload(.independent(prefill: .fixed(prefill), decode: .geometric(mean: decode)))
    }

    static func problem(
        _ workload: Workload? = nil, batchSize: Int = 256, microbatches: Int? = nil, method: BarrierMethod = .automatic
    ) throws -> SizingProblem {
        try SizingProblem(
            workload: workload ?? self.workload(), stages: stages(), batchSize: batchSize, microbatches: microbatches,
            barrierMethod: method)
    }
}
