import Glibc
import Sizing

/// `script/accuracy cost`: processor time of open evaluations, microseconds: the curve of a bundle, a rate with its p99, and the check of one
/// limit on the p99; the least of many.
func runOpenCost() throws {
    print("| S | m | curve | rate and p99 | limit kept? |")
    print("|---|---|---|---|---|")
    for (x, batchSize) in [(8, 128), (40, 250), (50, 2000)] {
        for m in [nil, 2] {
            var study = try OpenCase.geometric(500)
            study.attentionInstances = x
            study.batchSize = m == nil ? batchSize : batchSize / 2
            study.microbatches = m
            guard let solved = try study.solved() else { continue }
            let arrivals = try Arrivals(requestsPerSecond: 0.85 * solved.capacity)
            let curve = try least { _ = try study.solved() }
            let rate = least { _ = solved.service(arrivals)?.tpot(percentile: 0.99) }
            let share = least { _ = solved.service(arrivals)?.tpotShare(within: 400) }
            print("| \(x * batchSize) | \(m.map(String.init) ?? "–") | \(curve) | \(rate) | \(share) |")
        }
    }
}

/// Of 200 times, microseconds to a tenth.
private func least(_ work: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<200 {
        let start = processorTime()
        try work()
        best = min(best, processorTime() - start)
    }
    return (best * 1e7).rounded() / 10
}

/// Seconds of this thread.
private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
