import Glibc
import SizingContract

// Reads requests, one a line: path, tab, body. Prints for each operation how its estimates compare with the processor time that was
// measured: predicted ÷ measured, of decoding and of running, over those that took half a millisecond or more.

/// Seconds of this thread.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

struct Tally {
    var decoding: [Double] = []
    var running: [Double] = []
    var answered = 0
    var refused = 0
    var slowestOnLoop = 0.0

    private static let leastMeasured = 0.5e-3

    mutating func add(_ estimate: Double, _ measured: Double, to ratios: WritableKeyPath<Tally, [Double]>) {
        if estimate <= WorkEstimate.longestOnLoop { slowestOnLoop = max(slowestOnLoop, measured) }
        if measured >= Self.leastMeasured { self[keyPath: ratios].append(estimate / measured) }
    }

    /// Least, 5 %, half, 95 %, most.
    static func quantiles(_ ratios: [Double]) -> String {
        guard !ratios.isEmpty else { return "– | – | – | – | –" }
        let sorted = ratios.sorted()
        return [0, 0.05, 0.5, 0.95, 1].map { quantile in
            let value = sorted[Int(quantile * Double(sorted.count - 1))]
            return "\((value * 100).rounded() / 100)"
        }.joined(separator: " | ")
    }
}

func measure<Work: JSONOperation>(_ operation: Work, _ body: [UInt8], _ tally: inout Tally) {
    let start = processorTime()
    do throws(ProblemDocument) {
        let value = try Work.value(of: body)
        let reading = Work.decodingEstimate(length: body.count) + Work.readingEstimate(value)
        let input = try operation.input(from: value)
        let decoded = processorTime()
        tally.add(reading.time, decoded - start, to: \.decoding)
        let estimate = Work.estimate(input)
        // A request that would be refused is not run.
        try WorkBounds().admit(estimate, remedy: Work.remedy)
        _ = try operation.answer(to: input, pretty: false, OperationContext())
        tally.add(estimate.time, processorTime() - decoded, to: \.running)
        tally.answered += 1
    } catch {
        tally.refused += 1
    }
}

var tallies: [String: Tally] = [:]
while let line = readLine() {
    guard let tab = line.firstIndex(of: "\t") else { continue }
    let path = String(line[..<tab])
    let body = Array(line[line.index(after: tab)...].utf8)
    switch path {
    case "/v1/size": measure(SizeOperation(), body, &tallies[path, default: Tally()])
    case "/v1/size/batch": measure(SizeBatchOperation(), body, &tallies[path, default: Tally()])
    case "/v1/simulate": measure(SimulateOperation(), body, &tallies[path, default: Tally()])
    case "/v1/plan": measure(PlanOperation(), body, &tallies[path, default: Tally()])
    case "/v1/calibrate": measure(CalibrateOperation(), body, &tallies[path, default: Tally()])
    default: continue
    }
}
print("predicted ÷ measured, of what took 0.5 ms or more | count | least | 5 % | half | 95 % | most")
for (path, tally) in tallies.sorted(by: { $0.key < $1.key }) {
    print("\(path): \(tally.answered) answered, \(tally.refused) refused", terminator: "")
    print("; slowest that was estimated to be quick: \((tally.slowestOnLoop * 1e5).rounded() / 100) ms")
    print("    decoding | \(tally.decoding.count) | \(Tally.quantiles(tally.decoding))")
    print("    running | \(tally.running.count) | \(Tally.quantiles(tally.running))")
}
