import Glibc
import Simulation
import Sizing

/// `script/accuracy prefill`: time to first token of prefill pools against the replay, from one queue. A row whose error is beyond the
/// tolerance (mean 5 %, p90 10 %) ends in `!`.
func runPrefillGrid(folder: String, requests: Int) throws {
    let spread = LognormalLots(mean: 1500, variation: 1)
    let lengths: [(name: String, workload: Workload, draw: (inout Lots) -> Int)] = [
        ("one length", try Workload(.independent(prefill: .fixed(1500), decode: .fixed(2))), { _ in 1500 }),
        (
            "lognormal 1",
            try Workload(.independent(prefill: .lognormal(mean: 1500, standardDeviation: 1500), decode: .fixed(2))),
            { spread.draw(&$0) }
        ),
        try traced("azure", folder + "/azure.csv"), try traced("mooncake", folder + "/mooncake.csv"),
    ]
    print("| prompts | C² | instances | I | load | mean TTFT | ± | p90 | ± |")
    print("|---|---|---|---|---|---|---|---|---|")
    for (name, workload, draw) in lengths {
        let time = try PrefillTime(perToken: 10, perPass: 2000, perPair: 0.0005)
        let pool = PrefillPool(time, lengths: try RequestLengths(workload))
        for instances in [1, 2, 4, 16] {
            for dispersion in [1.0, 2] {
                for share in [0.3, 0.6, 0.85, 0.9, 0.95] {
                    let rate = share * pool.capacity(instances: instances)
                    var firsts: [[Double]] = []
                    var offered = 0.0
                    for course in 0..<UInt64(6) {
                        var lots = Lots(state: 77 &+ course &* 7919)
                        let (times, load) = try firstTokens(
                            time, instances: instances, rate: rate, dispersion: dispersion, requests: requests, draw,
                            &lots)
                        firsts.append(times)
                        offered += load / 6
                    }
                    // The work that came, as with bundles.
                    let arrivals = try Arrivals(
                        requestsPerSecond: rate * offered / share, dispersion: dispersion)
                    guard let theory = pool.timeToFirstToken(arrivals, instances: instances) else { continue }
                    let means = firsts.map { $0.reduce(0, +) / Double($0.count) }
                    let mean = means.reduce(0, +) / 6
                    let half = deviation(means) * 2.57 / 6.0.squareRoot() / mean
                    let p90s = firsts.map { percentile($0, 0.9) }
                    let p90 = percentile(firsts.flatMap { $0 }, 0.9)
                    let half90 = deviation(p90s) * 2.57 / 6.0.squareRoot() / p90
                    let errors = (theory.mean / mean - 1, theory.percentile(0.9) / p90 - 1)
                    let isOff = abs(errors.0) - half > 0.05 || abs(errors.1) - half90 > 0.1
                    print(
                        "| \(name) | \((pool.service.squaredVariation * 100).rounded() / 100) | \(instances) | \(Int(dispersion)) "
                            + "| \(share) | \(percent(errors.0)) | \(percent(half).dropFirst()) | \(percent(errors.1)) "
                            + "| \(percent(half90).dropFirst()) |\(isOff ? " !" : "")")
                    fflush(nil)
                }
            }
        }
    }
}

private struct LognormalLots {
    var mean: Double
    var variation: Double

    func draw(_ lots: inout Lots) -> Int {
        let square = log1p(variation * variation)
        return max(0, Int(exp(log(mean) - square / 2 + square.squareRoot() * lots.normal()).rounded()))
    }
}

private func traced(_ name: String, _ path: String) throws -> (String, Workload, (inout Lots) -> Int) {
    let workload = try readTrace(path)
    guard case .trace(let trace) = workload.requests else { throw StudyError.noTrace }
    let prompts = trace.prefill
    return (name, workload, { prompts[$0.below(prompts.count)] })
}

/// Times to first token of a course, the first fifth left out, and the load that came.
private func firstTokens(
    _ time: PrefillTime, instances: Int, rate: Double, dispersion: Double, requests: Int,
    _ draw: (inout Lots) -> Int, _ lots: inout Lots
) throws -> ([Double], load: Double) {
    var columns = (arrival: [Double](), prefill: [Int32]())
    var now = 0.0
    var work = 0.0
    for _ in 0..<requests {
        now += lots.gap(dispersion: dispersion) / rate
        let prompt = draw(&lots)
        columns.arrival.append(now)
        columns.prefill.append(Int32(prompt))
        work += time.time(tokens: Double(prompt))
    }
    // Answers of one token: they leave when they are prefilled.
    let deployment = ReplayDeployment(
        shape: try ReplayBundleShape(stages: try lineStages(0.00165), attentionInstances: 1, batchSize: 1), bundles: 1,
        prefillInstances: instances, service: ReplayService(time, transfer: nil))
    let done = try deployment.completions(
        of: ReplayColumns(
            arrival: columns.arrival, prefill: columns.prefill, decode: [Int32](repeating: 1, count: requests)))
    return (
        done.filter { $0.number >= requests / 5 }.map { $0.firstToken - $0.arrival },
        work / (now * 1e6) / Double(instances)
    )
}

private func percentile(_ values: [Double], _ p: Double) -> Double {
    let sorted = values.sorted()
    return sorted[Int(p * Double(sorted.count - 1))]
}

private func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
}
