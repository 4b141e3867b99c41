import Sizing
import Text

/// What to simulate: a bundle at several ratios.
public struct SimulationProblem: Hashable, Sendable {
    public let workload: Workload
    public let stages: StageLatencies
    /// B, requests per Attention instance and microbatch.
    public let batchSize: Int
    /// m; `nil` for lock-step.
    public let microbatches: Int?
    /// ρ, the probability that a slot is full: 1, or less where slots stay empty between requests.
    public let occupancy: Double
    /// How much stage times scatter.
    public let jitter: KernelJitter
    /// r of each point.
    public let ratios: [Int]
    /// N: how many requests an instance serves, in the mean.
    public let requestsPerInstance: Int
    public let start: SimulationStart
    public let seed: UInt64

    /// The most ratios of one request.
    public static let maximumRatios = 256
    /// The most requests per instance.
    public static let maximumRequests = 1_000_000_000

    /// - Throws: ``SimulationError/invalid(field:rule:)`` naming `batch_size`, `microbatches`, `occupancy`, `ratios`,
    ///   `requests_per_instance` or `hardware`, or ``SimulationError/momentsOnly``.
    public init(
        workload: Workload, stages: StageLatencies, batchSize: Int, microbatches: Int? = nil,
        occupancy: Double = 1, jitter: KernelJitter = .none, ratios: [Int], requestsPerInstance: Int,
        start: SimulationStart = .stationary, seed: UInt64 = 1
    ) throws(SimulationError) {
        try Self.check(batchSize, in: 1...SizingLimits.maximumBatchSize, field: "batch_size")
        if let microbatches {
            try Self.check(microbatches, in: 1...SizingLimits.maximumMicrobatches, field: "microbatches")
        }
        guard SizingLimits.leastOccupancy...1 ~= occupancy else {
            throw .invalid(
                field: "occupancy",
                rule: "must be a finite number from \(RangeText.of(SizingLimits.leastOccupancy...1))")
        }
        guard !ratios.isEmpty, ratios.count <= Self.maximumRatios else {
            throw .invalid(field: "ratios", rule: "must have 1 to \(Self.maximumRatios) elements")
        }
        for (index, ratio) in ratios.enumerated() {
            try Self.check(ratio, in: 1...SizingLimits.maximumRatio, field: "ratios.\(index)")
        }
        try Self.check(requestsPerInstance, in: 1...Self.maximumRequests, field: "requests_per_instance")
        if case .moments = workload.requests { throw .momentsOnly }
        guard stages.takeTime(slotLoad: workload.slotLoad, batchSize: batchSize) else {
            throw .invalid(field: "hardware", rule: StageLatencies.timeRule)
        }
        self.workload = workload
        self.stages = stages
        self.batchSize = batchSize
        self.microbatches = microbatches
        self.occupancy = occupancy
        self.jitter = jitter
        self.ratios = ratios
        self.requestsPerInstance = requestsPerInstance
        self.start = start
        self.seed = seed
    }

    private static func check(_ value: Int, in range: ClosedRange<Int>, field: String) throws(SimulationError) {
        guard range.contains(value) else {
            throw .invalid(
                field: field, rule: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}

extension SimulationProblem {
    /// E[D], steps.
    var meanDecode: Double {
        switch workload.requests {
        case .independent(_, let decode): decode.decodeMoments.mean
        case .trace(let trace):
            (0..<trace.count).reduce(0) { $0 + trace.weight(at: $1) * Double(trace.decode[$1]) }
                / (0..<trace.count).reduce(0) { $0 + trace.weight(at: $1) }
        case .moments: 1
        }
    }

    /// Steps of each microbatch until an instance has served its requests, in the mean: N E[D]/(m ρB).
    var meanSteps: Double {
        max(1, Double(requestsPerInstance) * meanDecode / (occupancy * Double(batchSize) * Double(microbatches ?? 1)))
    }

    /// The work of the whole simulation before it is begun: requests to be drawn (those that fill the slots included) and
    /// worker-steps. A unit takes some ten nanoseconds on one thread.
    public var estimatedWork: Double {
        let m = Double(microbatches ?? 1)
        let replications = Double(self.replications)
        let steps = meanSteps + (microbatches == nil ? 0 : replications * Double(PipelineEngine.fillingRounds))
        return ratios.reduce(0) { sum, ratio in
            let workers = Double(ratio) * m
            return sum + Double(ratio * requestsPerInstance) + workers * (steps + replications * Double(batchSize))
        }
    }

    /// Bytes that the largest run needs for its slots.
    public var estimatedMemory: Double {
        let workers = Double((ratios.max() ?? 1) * (microbatches ?? 1))
        return workers * WorkerBank.bytes(batchSize: batchSize)
    }

    /// The most memory of one run, bytes.
    public static let maximumMemory = 256.0 * 1024 * 1024

    /// Independent runs a ratio: from a stationary start several, whose means give the interval; from a cold one the
    /// paper's single run.
    var replications: Int { start == .cold ? 1 : Self.stationaryReplications }

    static let stationaryReplications = 10

    /// The part of the completions that is measured from a cold start (the paper's 80 %).
    static let measuredPart = 0.8

    /// The run number `replication` at `ratios[index]`.
    func run(_ index: Int, replication: Int, sampler: RequestSampler) -> BundleRun {
        let end: BundleRun.End
        switch start {
        case .cold:
            let measured = Double(requestsPerInstance) * Double(ratios[index]) * Self.measuredPart
            end = .requests(max(1, Int(measured.rounded())))
        case .stationary:
            end = .steps(max(1, Int((meanSteps / Double(replications)).rounded(.up))))
        }
        // Worker w of every ratio draws from the same streams (common random numbers): the first instances carry the same
        // loads at every ratio, so differences between ratios are known much better than each ratio's own value. And a
        // ratio's numbers do not depend on which others are asked for.
        let key = StreamKey(seed: seed).child(replication)
        return BundleRun(
            sampler: sampler, stages: stages, ratio: ratios[index], batchSize: batchSize, microbatches: microbatches,
            occupancy: occupancy, jitter: jitter, start: start, end: end, key: key)
    }
}
