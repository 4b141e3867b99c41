import Sizing

/// Draws requests: prefill and decode lengths, kept together where a trace has them together.
struct RequestSampler: Sendable {
    struct Request: Sendable {
        /// P, tokens.
        var prefill: Int
        /// D, steps, 1 or more.
        var decode: Int
    }

    /// E[D], steps.
    let meanDecode: Double
    /// How far a bank goes ahead with these requests.
    let block: BlockLength
    private let isTrace: Bool
    private let prefill: LengthSampler
    private let decode: LengthSampler
    private let requests: [Request]
    private let table: AliasTable
    private let biasedTable: AliasTable

    /// - Throws: ``SimulationError/momentsOnly`` where nothing is known of single requests.
    init(_ workload: Workload) throws(SimulationError) {
        switch workload.requests {
        case .moments:
            throw .momentsOnly
        case .independent(let prefill, let decode):
            isTrace = false
            self.prefill = LengthSampler(prefill)
            self.decode = LengthSampler(decode)
            meanDecode = decode.decodeMoments.mean
            requests = []
            table = AliasTable(weights: [1])
            biasedTable = table
            let sampler = self.decode
            block = BlockLength { max(1, sampler.draw(&$0)) }
        case .trace(let trace):
            isTrace = true
            prefill = LengthSampler(.one)
            decode = prefill
            requests = (0..<trace.count).map { Request(prefill: trace.prefill[$0], decode: trace.decode[$0]) }
            let weights = (0..<trace.count).map { trace.weight(at: $0) }
            let biased = weights.indices.map { weights[$0] * Double(trace.decode[$0]) }
            table = AliasTable(weights: weights)
            biasedTable = AliasTable(weights: biased)
            meanDecode = biased.reduce(0, +) / weights.reduce(0, +)
            let (requests, table) = (requests, table)
            block = BlockLength { requests[table.draw(&$0)].decode }
        }
    }

    /// A new request.
    @inline(__always)
    func draw(_ generator: inout Xoroshiro128) -> Request {
        if isTrace { return requests[table.draw(&generator)] }
        let prefill = prefill.draw(&generator)
        return Request(prefill: prefill, decode: max(1, decode.draw(&generator)))
    }

    /// A request as a random step finds it: the chance is in proportion to its length, its age is uniform on 0 … D − 1.
    func drawInProgress(_ generator: inout Xoroshiro128) -> (request: Request, age: Int) {
        var request: Request
        if isTrace {
            request = requests[biasedTable.draw(&generator)]
        } else {
            let prefill = prefill.draw(&generator)
            request = Request(prefill: prefill, decode: max(1, decode.drawLengthBiased(&generator)))
        }
        return (request, generator.below(request.decode))
    }
}

extension LengthDistribution {
    /// Always 1.
    fileprivate static var one: LengthDistribution {
        // 1 lies in the range of fixed lengths, so this cannot throw; a geometric of mean 1 is the same.
        guard let one = try? LengthDistribution.fixed(1) else { preconditionFailure("1 is a length") }
        return one
    }
}

/// How many steps a ``WorkerBank`` goes ahead at a time: as many as fit into the caches, and so few that only a few requests
/// of a slot finish in them, whatever the tail of the lengths.
struct BlockLength: Sendable {
    /// Longer blocks do not fit into the caches any more.
    private static let longest = 1024
    /// Requests of a slot that finish in a block, at most.
    private static let mostCompletions = 4.0
    /// Requests of all slots that finish in a block, at most, where the slots are fewer: memory.
    private static let mostRecords = Double(1 << 19)
    private static let samples = 256

    /// S/E[min(D, S)] for S = 1, 2, 4, …
    private let completions: [Double]

    /// In S steps from a new request on, S/E[min(D, S)] to twice as many requests of a slot finish in the mean (Erickson
    /// 1973, lemma 1). E[min(D, S)] is taken over some lengths that `draw` gives.
    init(_ draw: (inout Xoroshiro128) -> Int) {
        var generator = StreamKey(seed: 0).generator
        let lengths = (0..<Self.samples).map { _ in draw(&generator) }
        completions = (0...(Self.longest.trailingZeroBitCount)).map { power in
            let steps = 1 << power
            return Double(steps * Self.samples) / Double(lengths.reduce(0) { $0 + min($1, steps) })
        }
    }

    /// Steps of the longest block for a bank of so many slots.
    func steps(slots: Int) -> Int {
        let most = min(Self.mostCompletions, max(1, Self.mostRecords / Double(slots)))
        return 1 << max(0, (completions.firstIndex { $0 > most } ?? completions.count) - 1)
    }
}
