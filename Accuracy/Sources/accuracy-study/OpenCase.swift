import Glibc
import Simulation
import Sizing

/// An open bundle of a study: lengths that both the theory and the replay know, and stages.
struct OpenCase {
    var name: String
    var workload: Workload
    var stages: StageLatencies
    var attentionInstances: Int
    var batchSize: Int
    var microbatches: Int?
    var dispersion = 1.0
    /// Draws one request: prefill and decode length.
    var draw: @Sendable (inout Lots) -> (prefill: Int, decode: Int)
    /// Draws one in proportion to its decode length: those that are present at some time.
    var drawPresent: @Sendable (inout Lots) -> (prefill: Int, decode: Int)

    func solved() throws -> SolvedBundle? {
        let stages = stages
        return SolvedBundle(
            try OpenBundle(
                attentionInstances: attentionInstances, batchSize: batchSize, microbatches: microbatches,
                load: try OpenLoad(workload)
            ) { _ in stages })
    }

    func deployment() throws -> ReplayDeployment {
        ReplayDeployment(
            shape: try ReplayBundleShape(
                stages: stages, attentionInstances: attentionInstances, batchSize: batchSize,
                microbatches: microbatches), bundles: 1)
    }
}

/// Random numbers of a seed (SplitMix64).
struct Lots {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Between 0 and 1, neither of them.
    mutating func unit() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

    mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

    mutating func normal() -> Double { (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit()) }

    /// A gap of mean 1 whose counts have the index of dispersion I in the long run: gamma with a variance of I.
    mutating func gap(dispersion: Double) -> Double {
        if dispersion == 1 { return -log(unit()) }
        let shape = 1 / dispersion
        let power = shape < 1 ? pow(unit(), 1 / shape) : 1
        let d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            if log(unit()) < 0.5 * x * x + d * (1 - v + log(v)) { return d * v * power / shape }
        }
    }
}

extension OpenCase {
    /// Prefill 100 and a decode length by a law whose length-biased law is known.
    static func geometric(_ mean: Double) throws -> OpenCase {
        let draw: @Sendable (inout Lots) -> Int = { 1 + Int(log($0.unit()) / log1p(-1 / mean)) }
        return OpenCase(
            name: "geometric",
            workload: try Workload(.independent(prefill: .fixed(100), decode: .geometric(mean: mean))),
            stages: try lineStages(0.00165), attentionInstances: 1, batchSize: 1, draw: { (100, draw(&$0)) },
            // Of two geometric lengths in a row, less one: what is left and what has passed.
            drawPresent: { (100, draw(&$0) + draw(&$0) - 1) })
    }

    static func lognormal(_ mean: Double, variation: Double) throws -> OpenCase {
        let square = log1p(variation * variation)
        let location = log(mean) - square / 2
        func law(_ location: Double) -> @Sendable (inout Lots) -> (prefill: Int, decode: Int) {
            { (100, max(1, Int(exp(location + square.squareRoot() * $0.normal()).rounded()))) }
        }
        return OpenCase(
            name: "lognormal \(variation)",
            workload: try Workload(
                .independent(prefill: .fixed(100), decode: .lognormal(mean: mean, standardDeviation: variation * mean))),
            stages: try lineStages(0.00165), attentionInstances: 1, batchSize: 1, draw: law(location),
            drawPresent: law(location + square))
    }

    /// Requests of a trace, drawn anew.
    static func trace(_ name: String, _ path: String, alpha: Double) throws -> OpenCase {
        let workload = try readTrace(path)
        guard case .trace(let trace) = workload.requests else { throw StudyError.noTrace }
        let (prefill, decode) = (trace.prefill, trace.decode)
        var sums: [Int] = []
        for length in decode { sums.append((sums.last ?? 0) + length) }
        let total = sums.last ?? 1
        let sorted = sums
        return OpenCase(
            name: "\(name) \(alpha)", workload: workload, stages: try lineStages(alpha), attentionInstances: 1,
            batchSize: 1,
            draw: {
                let index = $0.below(decode.count)
                return (prefill[index], decode[index])
            },
            drawPresent: {
                let token = $0.below(total)
                var (low, high) = (0, sorted.count - 1)
                while low < high {
                    let middle = (low + high) / 2
                    if sorted[middle] > token { high = middle } else { low = middle + 1 }
                }
                return (prefill[low], decode[low])
            })
    }
}

enum StudyError: Error { case noTrace }
