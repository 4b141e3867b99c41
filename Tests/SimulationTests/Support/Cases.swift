@testable import Simulation
@testable import Sizing

enum Cases {
    static func stages(alpha: Double = 0.00165) throws -> StageLatencies {
        StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: alpha, beta: 50)),
            ffn: LatencyModel(try LatencyLine(alpha: 0.083, beta: 100)),
            communication: LatencyModel(try LatencyLine(alpha: 0.022, beta: 20)))
    }

    static func base() throws -> Workload {
        try Workload(.independent(prefill: .fixed(100), decode: .geometric(mean: 500)))
    }

    /// Every way of describing requests, with lengths short enough for a slow reference.
    static func workloads() throws -> [(name: String, workload: Workload)] {
        func independent(_ prefill: LengthDistribution, _ decode: LengthDistribution) throws -> Workload {
            try Workload(.independent(prefill: prefill, decode: decode))
        }
        return [
            ("geometric", try independent(.fixed(100), .geometric(mean: 30))),
            ("one step", try independent(.fixed(10), .fixed(1))),
            ("fixed, not whole", try independent(.fixed(10.25), .fixed(7.5))),
            ("uniform", try independent(.uniform(minimum: 0, maximum: 50), .uniform(minimum: 1, maximum: 40))),
            (
                "lognormal",
                try independent(
                    .lognormal(mean: 50, standardDeviation: 60), .lognormal(mean: 20, standardDeviation: 40))
            ),
            (
                "empirical",
                try independent(
                    .empirical(EmpiricalLengths(values: [3, 80.5], weights: [2, 1])),
                    .empirical(EmpiricalLengths(values: [1, 5, 300], weights: [5, 3, 0.2])))
            ),
            (
                "trace",
                try Workload(
                    .trace(
                        RequestTrace(
                            prefill: [500, 20, 60, 0], decode: [2, 90, 25, 1], weights: [3, 1, 2, 1])))
            ),
        ]
    }

    static func run(
        _ workload: Workload, ratio: Int = 3, batchSize: Int = 8, microbatches: Int? = nil,
        occupancy: Double = 1, jitter: KernelJitter = .none, start: SimulationStart = .stationary,
        end: BundleRun.End = .steps(300), seed: UInt64 = 1, stages: StageLatencies? = nil
    ) throws -> BundleRun {
        BundleRun(
            sampler: try RequestSampler(workload), stages: try stages ?? Self.stages(alpha: 0.05), ratio: ratio,
            batchSize: batchSize, microbatches: microbatches, occupancy: occupancy, jitter: jitter, start: start,
            end: end, key: StreamKey(seed: seed))
    }
}
