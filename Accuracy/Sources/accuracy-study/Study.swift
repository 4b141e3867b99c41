import Glibc
import Simulation
import Sizing

/// One row of the table: theories of the cycle time against simulation, at ratios from 1 to twice the best.
struct Study {
    var name: String
    var workload: Workload
    var stages: StageLatencies
    var batchSize: Int
    var microbatches: Int?
    var occupancy = 1.0
    var jitter = KernelJitter.none
}

func percent(_ value: Double) -> String {
    let text = String((value * 10000).rounded() / 100)
    return value >= 0 ? "+" + text : text
}

func simulate(_ study: Study, ratio: Int, precision: Double) throws -> SimulationPoint {
    var requests = max(2000, study.batchSize * (study.microbatches ?? 1) * 20)
    while true {
        let problem = try SimulationProblem(
            workload: study.workload, stages: study.stages, batchSize: study.batchSize,
            microbatches: study.microbatches, occupancy: study.occupancy, jitter: study.jitter, ratios: [ratio],
            requestsPerInstance: requests, seed: 7)
        let point = try problem.run(threads: 2).points[0]
        guard let interval = point.cycle.interval else { return point }
        let half = (interval.upperBound - interval.lowerBound) / 2 / point.cycle.value
        if half <= precision || problem.estimatedWork > 4e9 { return point }
        requests = Int(Double(requests) * min(16, max(1.5, 1.1 * (half / precision) * (half / precision))))
    }
}

func run(_ study: Study, precision: Double) throws {
    let parameters = try BundleParameters(
        slotLoad: study.workload.slotLoad, stages: study.stages, batchSize: study.batchSize,
        microbatches: study.microbatches, occupancy: study.occupancy, jitter: study.jitter)
    let answer = try SizingProblem(
        workload: study.workload, stages: study.stages, batchSize: study.batchSize, microbatches: study.microbatches,
        occupancy: study.occupancy, jitter: study.jitter
    ).solve()
    let models: [(String, any CycleTimeModel)] = [
        ("mean", MeanFieldCycle(parameters)), ("gauss", GaussianBarrierCycle(parameters)),
        ("third", ExactBarrierCycle(thirdMoment: parameters)),
        ("exact", ExactBarrierCycle(parameters, workload: study.workload)),
        (
            "auto",
            BarrierMethod.automatic.model(
                for: parameters, workload: study.workload, around: answer.closedForm.ratio)
        ),
    ]
    let best = Int(answer.recommendation.ratio)
    let top = max(2, 2 * max(best, Int(min(answer.closedForm.ratio, 64).rounded())))
    var ratios = [1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128].filter { $0 < top }
    ratios.append(contentsOf: [best - 2, best - 1, best, best + 1, best + 2, best + 4, top].filter { $0 > 0 })
    ratios = Array(Set(ratios)).sorted()
    var worst = [Double](repeating: 0, count: models.count)
    var at = [Int](repeating: 0, count: models.count)
    var width = 0.0
    var throughput: [Int: Double] = [:]
    for ratio in ratios {
        let point = try simulate(study, ratio: ratio, precision: precision)
        throughput[ratio] = point.throughputPerInstance.value
        if let interval = point.cycle.interval {
            width = max(width, (interval.upperBound - interval.lowerBound) / 2 / point.cycle.value)
        }
        for (index, model) in models.enumerated() {
            let error = model.1.duration(ratio: Double(ratio)) / point.cycle.value - 1
            if abs(error) > abs(worst[index]) {
                worst[index] = error
                at[index] = ratio
            }
        }
    }
    let peak = throughput.max { $0.value < $1.value }
    let regret = 1 - (throughput[best] ?? 0) / (peak?.value ?? 1)
    let load = study.workload.slotLoad
    print(
        "| \(study.name) | \(study.batchSize) | \(study.microbatches.map(String.init) ?? "–") "
            + "| \((load.standardDeviation / load.mean * 100).rounded() / 100) | \(best) | "
            + zip(worst, at).map { "\(percent($0)) (\($1))" }.joined(separator: " | ")
            + " | \(percent(width)) | \(peak?.key ?? 0) | \(percent(regret)) |")
    fflush(nil)
}
