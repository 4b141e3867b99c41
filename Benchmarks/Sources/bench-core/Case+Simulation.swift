import Simulation
import Sizing

extension Case {
    static let simulation: [Case] =
        [
            Case("figure-4 sweep, 1 thread") { try running(figure4(), threads: 1) },
            Case("figure-4 sweep, 2 threads") { try running(figure4(), threads: 2) },
            Case("figure-4 sweep, m = 2, 1 thread") { try running(figure4(microbatches: 2), threads: 1) },
            Case("figure-4 sweep, m = 2, stationary start, 1 thread") {
                try running(figure4(microbatches: 2, start: .stationary), threads: 1)
            },
            Case("heavy tails, r = 8") {
                let workload = try Workload(
                    .independent(
                        prefill: .lognormal(mean: 1155, standardDeviation: 5000),
                        decode: .lognormal(mean: 500, standardDeviation: 5000)))
                return try running(
                    SimulationProblem(
                        workload: workload, stages: BaseCase.stages(), batchSize: 256, ratios: [8],
                        requestsPerInstance: 10_000, start: .cold), threads: 1)
            },
            growth("1e4", 10_000), growth("1e5", 100_000), growth("1e6", 1_000_000), growth("1e7", 10_000_000),
        ] + azure

    /// None where the shared data are absent.
    private static let azure: [Case] =
        SharedTrace.azure.map { trace in
            [
                Case("figure-4 sweep, Azure 2023 conversation trace, 1 thread") {
                    try running(figure4(workload: Workload(.trace(trace))), threads: 1)
                }
            ]
        } ?? []

    private static let figure4Ratios = [1, 2, 4, 8, 16, 24, 32]

    /// The paper's figure 4: seven ratios from a cold start, 10,000 requests an instance.
    private static func figure4(
        workload: Workload? = nil, microbatches: Int? = nil, start: SimulationStart = .cold
    ) throws -> SimulationProblem {
        try SimulationProblem(
            workload: workload ?? BaseCase.workload(), stages: BaseCase.stages(), batchSize: 256,
            microbatches: microbatches, ratios: figure4Ratios, requestsPerInstance: 10_000, start: start)
    }

    /// r = 8 and so many requests in all.
    private static func growth(_ name: String, _ requests: Int) -> Case {
        Case("growth, \(name) requests") {
            try running(
                SimulationProblem(
                    workload: BaseCase.workload(), stages: BaseCase.stages(), batchSize: 256, ratios: [8],
                    requestsPerInstance: requests / 8, start: .cold), threads: 1)
        }
    }

    private static func running(_ problem: SimulationProblem, threads: Int) throws -> () -> Void {
        // Fails here, not in the operation, if it does.
        if problem.estimatedWork < 1e7 { _ = try problem.run(threads: threads) }
        return { keep(try? problem.run(threads: threads)) }
    }
}
