import Synchronization
import Text

/// What comes.
public enum ReplayArrivals: Sendable {
    case columns(ReplayColumns)
    case process(ReplayProcess)

    /// Requests of one course, in the mean.
    public var expectedRequests: Double {
        switch self {
        case .columns(let columns): Double(columns.count)
        case .process(let process): process.expectedRequests
        }
    }

    /// Seconds until the last one.
    public var duration: Double {
        switch self {
        case .columns(let columns): columns.duration
        case .process(let process): process.duration
        }
    }
}

/// A policy of a replay, by name.
public struct ReplayContender: Sendable {
    enum Kind: Sendable {
        case policy(any ReplayPolicy)
        case oracle(window: Double, planner: AdvicePlanner)
    }

    let name: String
    let kind: Kind

    public init(_ name: String, _ policy: any ReplayPolicy) {
        self.name = name
        kind = .policy(policy)
    }

    /// The yardstick that knows what comes (`OraclePlan`).
    ///
    /// - Parameters:
    ///   - window: seconds, positive.
    ///   - name: the policy's name in the answer.
    ///   - planner: what makes a plan of a window's figures.
    public init(oracle name: String, window: Double, planner: @escaping AdvicePlanner) {
        self.name = name
        kind = .oracle(window: window, planner: planner)
    }

    public var isOracle: Bool { if case .oracle = kind { true } else { false } }
}

/// Arrivals through a deployment, once under each policy (model section 10). All policies see the same requests, and the same lots
/// where lots are drawn.
public struct ReplayProblem: Sendable {
    public let deployment: ReplayDeployment
    public let bounds: PoolBounds
    public let limits: ReplayLimits
    public let arrivals: ReplayArrivals
    public let contenders: [ReplayContender]
    /// Courses of a process, whose spread gives the intervals; 1 for a trace.
    public let replications: Int
    public let seed: UInt64

    public static let maximumReplications = 64
    public static let maximumContenders = 16
    /// Most requests that may be present at once: the memory of a replay is theirs.
    public static let maximumPresent = 1_000_000

    /// - Parameters:
    ///   - contenders: the policies that are set side by side.
    ///   - replications: independent courses of a process.
    ///   - seed: of the random numbers, the same for each policy.
    ///   - arrivals: rate and dispersion of the arrivals, or the arrivals themselves.
    ///   - limits: what has to hold.
    ///   - deployment: what runs at the start.
    ///   - bounds: what policies may ask for; the decode pool's range begins at 1, or at a bundle's worth of instances.
    /// - Throws: `InvalidInput` naming what is out of range.
    public init(
        deployment: ReplayDeployment, bounds: PoolBounds, limits: ReplayLimits, arrivals: ReplayArrivals,
        contenders: [ReplayContender], replications: Int = 1, seed: UInt64 = 1
    ) throws(InvalidInput) {
        try InvalidInput.check(replications, in: 1...Self.maximumReplications, field: "replications")
        try InvalidInput.check(contenders.count, in: 1...Self.maximumContenders, field: "policies")
        try InvalidInput.check(deployment.bundles, in: 1...100_000, field: "deployment.bundles")
        try InvalidInput.check(
            deployment.startDelay, in: 0...1e6, field: "start_delay_s")
        if deployment.service != nil {
            try InvalidInput.check(
                deployment.prefillInstances, in: 1...100_000, field: "deployment.prefill_instances")
        }
        let least = deployment.scalesInstances ? deployment.bundles : 1
        guard bounds.decode.lowerBound >= least, deployment.service == nil || bounds.prefill.lowerBound >= 1 else {
            throw InvalidInput(field: "scaling", rule: "must leave each pool, and each bundle, an instance")
        }
        self.deployment = deployment
        self.bounds = bounds
        self.limits = limits
        self.arrivals = arrivals
        self.contenders = contenders
        if case .columns = arrivals { self.replications = 1 } else { self.replications = replications }
        self.seed = seed
    }
}

extension ReplayProblem {
    /// Lines that a step of one bundle takes the largest of, and which an event goes over.
    private var lines: Double {
        let shape = deployment.shape
        var instances = Double(shape.attentionInstances)
        if deployment.scalesInstances {
            instances = max(instances, Double(bounds.decode.upperBound / deployment.bundles + 1))
        }
        return instances * (shape.microbatches.map { 1 + 2 * Double($0) } ?? 1)
    }

    /// The work of all replays before they are begun: a unit takes some tens of nanoseconds on one thread.
    public var estimatedWork: Double {
        let bundles = Double(deployment.scalesInstances ? deployment.bundles : bounds.decode.upperBound)
        let routing = deployment.routing.isCentral ? bundles / 8 : bundles / 32
        let request = 10 + lines + routing
        let runs = Double(contenders.count * replications)
        let looks = contenders.reduce(0.0) { sum, contender in
            guard case .policy(let policy) = contender.kind, let period = policy.next, period > 0 else { return sum }
            return sum + arrivals.duration / period * (20 + bundles * 4)
        }
        return runs * (arrivals.expectedRequests * request + 4096) + looks * Double(replications)
    }

    /// Bytes at the most, beside the trace: a replay's bundles and series, and its requests where they pile up. They do not grow with
    /// the number of requests beyond what may be present.
    ///
    /// - Parameter threads: replays that are under way at a time.
    public func estimatedMemory(threads: Int) -> Double {
        let bundles = Double(deployment.scalesInstances ? deployment.bundles : bounds.decode.upperBound)
        // A row takes 64; while the table grows, the old one is there beside the new one's first half.
        let requests = 72 * min(arrivals.expectedRequests, Double(Self.maximumPresent))
        let runs = contenders.count * replications
        let blocks = Double(ReplayCourses.mostBlocks * ReplayCourses.usualLength * MemoryLayout<ReplayRequest>.stride)
        return Double(runs) * 4e6
            + Double(coursesAtOnce(threads: threads)) * (requests + blocks + bundles * (18_000 + 96 * lines))
    }

    /// The largest estimate of ``estimatedWork`` that is replayed.
    public static let maximumWork = 4e9
    public static let maximumMemory = 1.5e9

    /// Refuses what is beyond the bounds.
    ///
    /// - Parameters:
    ///   - bound: of the work.
    ///   - threads: replays that are under way at a time.
    public func checkSize(bound: Double = maximumWork, threads: Int = 1) throws(SimulationError) {
        let work = estimatedWork
        guard work <= bound else { throw .tooMuchWork(estimate: work, bound: bound) }
        let memory = estimatedMemory(threads: threads)
        guard memory <= Self.maximumMemory else {
            throw .tooMuchMemory(estimate: memory, bound: Self.maximumMemory)
        }
    }

    /// Width of the parts of the series at first, seconds.
    private var seriesWidth: Double { max(1e-6, arrivals.duration / 120) }

    /// Replays under each policy.
    ///
    /// Replays are independent, spread over up to `threads` threads, the caller's included; the result does not depend on how
    /// many there are.
    ///
    /// - Parameters:
    ///   - threads: most threads; the result does not depend on it.
    ///   - control: looked at every few thousand events.
    ///   - progress: called from any of the threads with the fraction done, 0…1.
    public func run(
        threads: Int = 1, control: SimulationControl = SimulationControl(),
        progress: (@Sendable (Double) -> Void)? = nil
    ) throws(SimulationError) -> [ReplayOutcome] {
        let count = contenders.count * replications
        let expected = max(1, arrivals.expectedRequests * Double(count))
        let done = Atomic<Int>(0)
        let watched = SimulationControl(stop: control.stop) { arrived in
            guard let progress else { return }
            let sum = done.wrappingAdd(arrived, ordering: .relaxed).newValue
            progress(min(1, Double(sum) / expected))
        }
        let runs = try courses(threads: threads, watched).run(threads: threads, watched)
        progress?(1)
        return contenders.indices.map { index in
            ReplayOutcome(
                contenders[index].name, runs: Array(runs[(index * replications)..<((index + 1) * replications)]),
                limits: limits, hasService: deployment.service != nil,
                hasTransfer: deployment.service?.transfer != nil)
        }
    }

    // MARK: Courses

    /// Most courses that see the same blocks of requests: one more than threads, so that these share the work evenly, and not many more
    /// requests are present at a time than where each thread has a course of its own.
    private static func mostTogether(_ threads: Int) -> Int { max(1, threads) + 1 }

    /// Contenders that see the same blocks of requests. One that looks at all requests first is alone.
    private func groups(threads: Int) -> [[Int]] {
        let together = contenders.indices.filter { !contenders[$0].isOracle }
        let most = Self.mostTogether(threads)
        let count = (together.count + most - 1) / most
        var groups = (0..<count).map { group in
            Array(together[(group * together.count / count)..<((group + 1) * together.count / count)])
        }
        groups += contenders.indices.filter { contenders[$0].isOracle }.map { [$0] }
        return groups
    }

    /// Most courses that are under way at a time.
    private func coursesAtOnce(threads: Int) -> Int {
        let largest = groups(threads: threads).reduce(1) { max($0, $1.count) }
        return min(contenders.count * replications, max(1, threads) - 1 + largest)
    }

    /// All courses: place = contender · replications + replication.
    private func courses(threads: Int, _ control: SimulationControl) -> ReplayCourses {
        var groups: [ReplayCourses.Group] = []
        for replication in 0..<replications {
            let source = source(StreamKey(seed: seed).child(replication))
            for group in self.groups(threads: threads) {
                groups.append(
                    ReplayCourses.Group(source: source, courses: group.map { $0 * replications + replication }))
            }
        }
        let courses = (0..<(contenders.count * replications)).map { place in
            let key = StreamKey(seed: seed).child(place % replications)
            return ReplayCourse { () throws(SimulationError) in
                try self.engine(contenders[place / replications], key, control)
            }
        }
        return ReplayCourses(courses, groups, threads: threads)
    }

    private func source(_ key: StreamKey) -> any ReplaySource & Sendable {
        switch arrivals {
        case .columns(let columns): columns
        case .process(let process): process.source(key.child(2))
        }
    }

    private func engine(
        _ contender: ReplayContender, _ key: StreamKey, _ control: SimulationControl
    ) throws(SimulationError) -> ReplayEngine<ReplayFeed> {
        var deployment = deployment
        let policy: any ReplayPolicy
        if let reason = control.stop() { throw reason }
        switch contender.kind {
        case .policy(let given): policy = given
        case .oracle(let window, let planner):
            let plan = OraclePlan.schedule(
                source(key), window: window, startDelay: deployment.startDelay, bounds: bounds, sizes: deployment.sizes,
                planner: planner)
            policy = SchedulePolicy([(0, plan.first)] + plan.steps)
            if !deployment.scalesInstances { deployment.bundles = plan.first.decode }
            if deployment.service != nil { deployment.prefillInstances = plan.first.prefill }
            if let reason = control.stop() { throw reason }
        }
        return ReplayEngine(
            deployment, source: ReplayFeed(), policy: policy, bounds: bounds, limits: limits, seriesWidth: seriesWidth,
            key: key)
    }
}
