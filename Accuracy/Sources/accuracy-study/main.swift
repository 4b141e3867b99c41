import FoundationEssentials
import Glibc
import Simulation
import Sizing

/// Theory against simulation: the table of docs/accuracy.md (script/accuracy). Arguments: a folder with azure.csv and mooncake.csv (lines of
/// prefill,decode), and optionally names of the studies to run.
struct Study {
    var name: String
    var workload: Workload
    var stages: StageLatencies
    var batchSize: Int
    var microbatches: Int?
}

func trace(_ path: String) throws -> Workload {
    var prefill: [Int] = []
    var decode: [Int] = []
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
        let parts = line.split(separator: ",")
        guard parts.count == 2, let p = Int(parts[0]), let d = Int(parts[1]) else { continue }
        prefill.append(p)
        decode.append(d)
    }
    return try Workload(.trace(RequestTrace(prefill: prefill, decode: decode)))
}

func stages(_ alpha: Double) throws -> StageLatencies {
    StageLatencies(
        attention: LatencyModel(try LatencyLine(alpha: alpha, beta: 50)),
        ffn: LatencyModel(try LatencyLine(alpha: 0.083, beta: 100)),
        communication: LatencyModel(try LatencyLine(alpha: 0.022, beta: 20)))
}

/// Pareto decode lengths with the tail index `shape`, up to a million steps, as weighted values.
func pareto(shape: Double, scale: Double, highest: Double) throws -> LengthDistribution {
    let count = 4000
    let values = (0..<count).map { index -> Double in
        let u = (Double(index) + 0.5) / Double(count)
        return min(highest, (scale * pow(1 - u, -1 / shape)).rounded())
    }
    return .empirical(try EmpiricalLengths(values: values))
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
            microbatches: study.microbatches, ratios: [ratio], requestsPerInstance: requests, seed: 7)
        let point = try problem.run(threads: 2).points[0]
        guard let interval = point.cycle.interval else { return point }
        let half = (interval.upperBound - interval.lowerBound) / 2 / point.cycle.mean
        if half <= precision || problem.estimatedWork > 3e8 { return point }
        requests = Int(Double(requests) * min(16, max(1.5, 1.1 * (half / precision) * (half / precision))))
    }
}

func run(_ study: Study, precision: Double) throws {
    let parameters = try BundleParameters(
        slotLoad: study.workload.slotLoad, stages: study.stages, batchSize: study.batchSize,
        microbatches: study.microbatches)
    let answer = try SizingProblem(
        workload: study.workload, stages: study.stages, batchSize: study.batchSize, microbatches: study.microbatches
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
        throughput[ratio] = point.throughputPerInstance.mean
        if let interval = point.cycle.interval {
            width = max(width, (interval.upperBound - interval.lowerBound) / 2 / point.cycle.mean)
        }
        for (index, model) in models.enumerated() {
            let error = model.1.duration(ratio: Double(ratio)) / point.cycle.mean - 1
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

let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "."
let wanted = CommandLine.arguments.dropFirst(2)
let base = try Workload(.independent(prefill: .fixed(100), decode: .geometric(mean: 500)))
var workloads: [(String, Workload, [Double])] = [
    ("base", base, [0.00165]),
    ("azure", try trace(folder + "/azure.csv"), [0.0003, 0.00165]),
    ("mooncake", try trace(folder + "/mooncake.csv"), [0.0003, 0.00165]),
]
for deviation in [200.0, 500, 800] {
    workloads.append(
        (
            "lognormal \(Int(deviation))",
            try Workload(
                .independent(
                    prefill: .lognormal(mean: 300, standardDeviation: 300),
                    decode: .lognormal(mean: 500, standardDeviation: deviation))), [0.00165]
        ))
}
workloads.append(
    (
        "pareto 2.5",
        try Workload(.independent(prefill: .fixed(100), decode: pareto(shape: 2.5, scale: 200, highest: 1e6))),
        [0.00165]
    ))
print(
    "| workload | B | m | ν/θ | best | mean field | Gaussian | third moment | exact | auto | ± | sim. best | regret |")
print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
for (name, workload, alphas) in workloads where wanted.isEmpty || wanted.contains(name) || wanted.contains("m" + name) {
    for alpha in alphas {
        if wanted.isEmpty || wanted.contains(name) {
            for batchSize in [32, 64, 128, 256] {
                try run(
                    Study(name: "\(name) \(alpha)", workload: workload, stages: stages(alpha), batchSize: batchSize),
                    precision: 0.0025)
            }
        }
        if wanted.isEmpty || wanted.contains("m" + name) {
            for m in [1, 2, 3, 4, 8] {
                for batchSize in name == "base" ? [256] : [32, 128] {
                    try run(
                        Study(
                            name: "\(name) \(alpha)", workload: workload, stages: stages(alpha), batchSize: batchSize,
                            microbatches: m), precision: 0.0025)
                }
            }
        }
    }
}
