/// Busy times of FFN and link, and requests, over steps: added up where they differ from step to step, multiplied where they
/// do not.
struct StageSums {
    private let isConstant: Bool
    private let requestsWhenFull: Int
    private var ffn = 0.0
    private var link = 0.0
    private var requests = 0

    init(_ run: BundleRun) {
        isConstant = run.occupancy == 1 && run.jitter.ffn == 0
        requestsWhenFull = run.ratio * run.batchSize
    }

    /// One step of one microbatch.
    ///
    /// - Parameter requests: that moved on by a token; `nil` for all slots.
    mutating func add(ffn: Double, link: Double, requests: Int?) {
        guard !isConstant else { return }
        self.ffn += ffn
        self.link += link
        self.requests += requests ?? requestsWhenFull
    }

    /// - Parameters:
    ///   - steps: of one microbatch.
    ///   - full: times of FFN and link where nothing differs.
    func store(in counts: inout RunCounts, steps: Int, full: (ffn: Double, link: Double)) {
        counts.ffn = isConstant ? full.ffn * Double(steps) : ffn
        counts.communication = isConstant ? full.link * Double(steps) : link
        counts.requests = isConstant ? requestsWhenFull * steps : requests
    }
}

extension BundleRun {
    /// A stream for each worker; none where Attention does not scatter.
    func attentionJitter() -> [JitterStream] {
        guard jitter.attention > 0 else { return [] }
        return (0..<workers).compactMap { JitterStream(key.child($0), deviation: jitter.attention) }
    }

    func ffnJitter() -> JitterStream? { JitterStream(key, deviation: jitter.ffn) }
}
