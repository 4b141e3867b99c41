import Glibc
import Sizing

/// Deployments at random, from a seed: lengths of every family, stages about in balance, batch and microbatches.
struct RandomDeployments {
    /// Of a SplitMix64 generator.
    var state: UInt64

    mutating func next(_ index: Int) throws -> Study {
        let (name, workload) = try workload()
        let batchSize = [32, 48, 64, 100, 128, 256][below(6)]
        let microbatches = [nil, 1, 2, 3, 4, 8][below(6)]
        // Attention takes 100 to 1,000 µs, a part of it whatever the load; the FFN as long at 4 to 40 instances.
        let attention = between(100, 1000)
        let fixed = between(0.02, 0.5)
        let ffn = attention * between(0.5, 1.2)
        let start = between(0.1, 0.7)
        let balance = between(4, 40)
        let communication = attention * between(0.02, 0.4)
        let stages = StageLatencies(
            attention: LatencyModel(
                try LatencyLine(
                    alpha: attention * (1 - fixed) / (Double(batchSize) * workload.slotLoad.mean),
                    beta: attention * fixed)),
            ffn: LatencyModel(
                try LatencyLine(alpha: ffn * (1 - start) / (Double(batchSize) * balance), beta: ffn * start)),
            communication: LatencyModel(
                try LatencyLine(alpha: communication / 2 / Double(batchSize), beta: communication / 2)))
        return Study(
            name: "\(index) \(name)", workload: workload, stages: stages, batchSize: batchSize,
            microbatches: microbatches)
    }

    private mutating func workload() throws -> (String, Workload) {
        let prefill = between(50, 8000)
        let decode = between(50, 1000)
        let spread = between(0.3, 1.6)
        switch below(5) {
        case 0:
            return ("geometric", try Workload(.independent(prefill: .fixed(prefill), decode: .geometric(mean: decode))))
        case 1:
            return (
                "lognormal",
                try Workload(
                    .independent(
                        prefill: .lognormal(mean: prefill, standardDeviation: prefill * between(0.3, 1.6)),
                        decode: .lognormal(mean: decode, standardDeviation: decode * spread)))
            )
        case 2:
            return (
                "uniform",
                try Workload(
                    .independent(
                        prefill: .uniform(minimum: 0, maximum: Int(2 * prefill)),
                        decode: .uniform(minimum: 1, maximum: Int(2 * decode))))
            )
        case 3:
            let values = [decode / 5, decode, decode * 4].map { max(1, $0.rounded()) }
            let lengths = try EmpiricalLengths(values: values, weights: [between(1, 10), between(1, 10), 1])
            return ("three lengths", try Workload(.independent(prefill: .fixed(prefill), decode: .empirical(lengths))))
        default:
            return ("correlated trace", try correlatedTrace(prefill: prefill, decode: decode, spread: spread))
        }
    }

    /// Requests of lognormal lengths, the logarithms of which are correlated.
    private mutating func correlatedTrace(prefill: Double, decode: Double, spread: Double) throws -> Workload {
        let correlation = between(0.01, 1.9) - 1
        var prefills: [Int] = []
        var decodes: [Int] = []
        for _ in 0..<5000 {
            let (a, b) = (normal(), normal())
            let c = correlation * a + (1 - correlation * correlation).squareRoot() * b
            prefills.append(min(1_000_000, max(0, Int(prefill * exp(a - 0.5)))))
            decodes.append(min(1_000_000, max(1, Int(decode * exp(spread * c - spread * spread / 2)))))
        }
        return try Workload(.trace(RequestTrace(prefill: prefills, decode: decodes)))
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private mutating func unit() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

    private mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

    /// Evenly on a logarithmic scale.
    private mutating func between(_ low: Double, _ high: Double) -> Double { low * pow(high / low, unit()) }

    private mutating func normal() -> Double { (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit()) }
}
