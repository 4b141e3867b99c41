import Glibc
import Sizing

// Theory against simulation: the table of docs/accuracy.md (script/accuracy). Arguments: a folder with azure.csv and mooncake.csv
// (lines of prefill,decode), and optionally names of the studies to run, `random COUNT` among them.

func lineStages(_ alpha: Double) throws -> StageLatencies {
    StageLatencies(
        attention: LatencyModel(try LatencyLine(alpha: alpha, beta: 50)),
        ffn: LatencyModel(try LatencyLine(alpha: 0.083, beta: 100)),
        communication: LatencyModel(try LatencyLine(alpha: 0.022, beta: 20)))
}

let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "."
let wanted = CommandLine.arguments.dropFirst(2)
if let position = wanted.firstIndex(of: "open") {
    let rest = wanted[(position + 1)...]
    try runOpenGrid(
        folder: folder, requests: rest.compactMap { Int($0) }.first ?? 25_000, wanted: rest.filter { Int($0) == nil })
    exit(0)
}
if wanted.contains("cost") {
    try runOpenCost()
    exit(0)
}
if wanted.contains("prefill") {
    try runPrefillGrid(folder: folder, requests: wanted.compactMap { Int($0) }.first ?? 100_000)
    exit(0)
}
let base = try Workload(.independent(prefill: .fixed(100), decode: .geometric(mean: 500)))
var workloads: [(String, Workload, [Double])] = [
    ("base", base, [0.00165]),
    ("azure", try readTrace(folder + "/azure.csv"), [0.0003, 0.00165]),
    ("mooncake", try readTrace(folder + "/mooncake.csv"), [0.0003, 0.00165]),
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
                    Study(
                        name: "\(name) \(alpha)", workload: workload, stages: lineStages(alpha), batchSize: batchSize),
                    precision: 0.0025)
            }
        }
        if wanted.isEmpty || wanted.contains("m" + name) {
            for m in [1, 2, 3, 4, 8] {
                for batchSize in name == "base" ? [256] : [32, 128] {
                    try run(
                        Study(
                            name: "\(name) \(alpha)", workload: workload, stages: lineStages(alpha),
                            batchSize: batchSize,
                            microbatches: m), precision: 0.0025)
                }
            }
        }
    }
}

for name in ["link", "jitter", "occupancy"] where wanted.contains(name) {
    try runConditions(name, [("base", base), ("lognormal 500", workloads[4].1)])
}

if let position = wanted.firstIndex(of: "random") {
    let count = wanted.indices.contains(position + 1) ? Int(wanted[position + 1]) ?? 20 : 20
    var source = RandomDeployments(state: 11)
    for index in 0..<count { try run(source.next(index), precision: 0.0025) }
}
