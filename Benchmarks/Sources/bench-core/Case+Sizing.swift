import Planning
import Sizing

extension Case {
    static let sizing: [Case] = [
        Case("closed form") {
            let line = try LatencyLine(alpha: 0.083, beta: 100)
            let communication = try LatencyLine(alpha: 0.022, beta: 20)
            let time = 0.00165 * 256 * 599 + 50
            return {
                keep(
                    MeanFieldRatio(
                        attentionTime: hide(time), ffn: line, communication: communication,
                        communicationLoad: .attentionBatch, requests: hide(256)))
            }
        },
        Case("Gaussian barrier, one ratio") {
            let cycle = GaussianBarrierCycle(try BaseCase.problem(method: .gaussian).parameters)
            return { keep(cycle.cycle(ratio: hide(10))) }
        },
        Case("Gaussian barrier, sizing") { try solving(BaseCase.problem(method: .gaussian)) },
        Case("Gaussian barrier, sizing, m = 2") { try solving(BaseCase.problem(microbatches: 2, method: .gaussian)) },
        Case("automatic barrier, sizing") { try solving(BaseCase.problem()) },
        Case("corrected barrier, sizing") { try solving(BaseCase.problem(method: .exact)) },
        Case("corrected barrier, sizing, m = 2") { try solving(BaseCase.problem(microbatches: 2, method: .exact)) },
        Case("corrected barrier, sizing, lognormal lengths") {
            let workload = try Workload(
                .independent(
                    prefill: .lognormal(mean: 1155, standardDeviation: 1109),
                    decode: .lognormal(mean: 211, standardDeviation: 163)))
            return try solving(BaseCase.problem(workload, batchSize: 128, method: .exact))
        },
        Case("planner, base case: ratio and batch within a limit on TPOT, a fleet for 1e8 tokens a second") {
            let stages = try BaseCase.stages()
            let pair = InstancePair(
                attention: .init(), ffn: .init(), latencies: .given(stages), slotLoad: try BaseCase.workload().slotLoad)
            let problem = try PlanProblem(
                pairs: [pair], limits: PlanLimits(tpot: 1000),
                target: .demand(tokensPerSecond: 1e8, spareInstances: 1))
            return { keep(try? hide(problem).solve()) }
        },
    ]

    private static func solving(_ problem: SizingProblem) -> () -> Void {
        { keep(hide(problem).solve()) }
    }
}
