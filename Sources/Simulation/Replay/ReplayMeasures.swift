/// What a request must keep, microseconds; `nil` where nothing is asked.
public struct ReplayLimits: Hashable, Sendable {
    public var timeToFirstToken: Double?
    public var timePerToken: Double?
    /// For a slot.
    public var wait: Double?

    public init(timeToFirstToken: Double? = nil, timePerToken: Double? = nil, wait: Double? = nil) {
        self.timeToFirstToken = timeToFirstToken
        self.timePerToken = timePerToken
        self.wait = wait
    }

    public var isEmpty: Bool { timeToFirstToken == nil && timePerToken == nil && wait == nil }
}

/// One of the times of requests: its distribution, and its mean in blocks of requests.
struct TimeMeasure: Sendable {
    private(set) var histogram = LogHistogram()
    private(set) var sum = 0.0
    private(set) var blocks = BlockMeans()

    @inline(__always)
    mutating func add(_ value: Double) {
        histogram.add(value)
        sum += value
        blocks.add(value)
    }

    mutating func merge(_ other: TimeMeasure) {
        histogram.merge(other.histogram)
        sum += other.sum
    }
}

/// What became of the requests of a replay.
struct ReplayMeasures: Sendable {
    private let limits: ReplayLimits
    /// Whether prefill instances give the first token.
    private let afterPrefill: Bool

    private(set) var arrived = 0
    private(set) var completed = 0
    private(set) var abandonedCount = 0
    private(set) var rejectedCount = 0
    private(set) var good = 0
    /// Completed requests that broke each limit.
    private(set) var missed = Missed()
    private(set) var generated = 0
    private(set) var firstTokens = TimeMeasure()
    private(set) var perToken = TimeMeasure()
    private(set) var endToEnd = TimeMeasure()
    /// For a slot.
    private(set) var waits = TimeMeasure()
    /// For a prefill instance.
    private(set) var prefillWaits = TimeMeasure()
    /// 1 for a request that kept all limits, 0 for another.
    private(set) var goodBlocks = BlockMeans()
    /// Requests that wait for a slot, and the most that ever did.
    private(set) var waiting = 0
    private(set) var peakWaiting = 0
    private(set) var series: ReplaySeries
    private(set) var window = ReplayWindow()
    /// Each request that was served, where they are kept.
    private(set) var completions: [ReplayCompletion]?

    struct Missed: Hashable, Sendable {
        var timeToFirstToken = 0
        var timePerToken = 0
        var wait = 0
    }

    init(
        limits: ReplayLimits, afterPrefill: Bool, seriesWidth: Double, keepsCompletions: Bool = false
    ) {
        self.limits = limits
        self.afterPrefill = afterPrefill
        completions = keepsCompletions ? [] : nil
        series = ReplaySeries(width: seriesWidth)
    }
}

/// One request that was served, for studies and tests: times in microseconds from the beginning.
public struct ReplayCompletion: Hashable, Sendable {
    /// Its place among all arrivals, from 0.
    public var number: Int
    public var arrival: Double
    public var firstToken: Double
    /// When its cache was there to be decoded.
    public var ready: Double
    /// When its decoding began; when it arrived, where it was never decoded.
    public var began: Double
    public var end: Double
}

extension ReplayMeasures {
    mutating func arrived(_ request: ReplayRequest, at time: Double) {
        arrived += 1
        series.arrivals += 1
        window.add(prompt: request.prefill, cached: request.cached, decode: request.decode, at: time)
    }

    mutating func rejected() {
        rejectedCount += 1
        goodBlocks.add(0)
    }

    /// A client left that had waited for too long.
    mutating func abandoned(_ row: Int, _ table: RequestTable, fromSlots: Bool = true) {
        abandonedCount += 1
        goodBlocks.add(0)
        if fromSlots { waiting -= 1 }
    }

    mutating func beganPrefill(_ row: Int, at time: Double, _ table: RequestTable) {
        prefillWaits.add(time - table[row].arrival)
    }

    mutating func beganWaiting() {
        waiting += 1
        peakWaiting = max(peakWaiting, waiting)
    }

    @inline(__always)
    mutating func firstToken(_ row: Int, at time: Double, _ table: inout RequestTable) {
        table[row].firstToken = time
        let taken = time - table[row].arrival
        firstTokens.add(taken)
        series.firstToken(taken)
        window.firstToken(taken, limit: limits.timeToFirstToken)
    }

    mutating func entered(_ row: Int, at time: Double, _ table: RequestTable) {
        waiting -= 1
        waits.add(max(0, time - table[row].ready))
    }

    /// - Parameter steps: that the request was decoded for; 0 where its prefill gave all it asked for.
    mutating func finished(_ row: Int, at time: Double, steps: Int, _ table: RequestTable) {
        completed += 1
        generated += Int(table[row].decode)
        let arrival = table[row].arrival
        endToEnd.add(time - arrival)
        var isGood = true
        if let limit = limits.timeToFirstToken, table[row].firstToken - arrival > limit {
            missed.timeToFirstToken += 1
            isGood = false
        }
        if steps > 0 {
            let taken = (time - table[row].began) / Double(steps)
            perToken.add(taken)
            series.perToken(taken)
            window.perToken(taken, limit: limits.timePerToken)
            if let limit = limits.timePerToken, taken > limit {
                missed.timePerToken += 1
                isGood = false
            }
            if let limit = limits.wait, table[row].began - table[row].ready > limit {
                missed.wait += 1
                isGood = false
            }
        }
        if isGood { good += 1 }
        goodBlocks.add(isGood ? 1 : 0)
        guard completions != nil else { return }
        completions?.append(
            ReplayCompletion(
                number: table[row].number, arrival: arrival, firstToken: table[row].firstToken,
                ready: table[row].ready, began: steps > 0 ? table[row].began : arrival, end: time))
    }

    /// Ends the parts of the series that end before `time`.
    mutating func roll(to time: Double, _ gauges: ReplaySeries.Gauges) { series.roll(to: time, gauges) }

    mutating func finishSeries(_ gauges: ReplaySeries.Gauges) { series.finish(gauges) }

    /// Ends the bins of the window that end before `time`.
    mutating func closeWindow(at time: Double) { window.closeBins(before: time) }

    mutating func takeWindow() -> ReplayWindow {
        let taken = window
        window = ReplayWindow(after: taken)
        return taken
    }
}

extension ReplayDeployment {
    /// Every request of a replay of `columns` that changes nothing, by the end of its last token: what a study needs that leaves out
    /// a beginning, or asks for other figures than ``ReplayOutcome`` has.
    ///
    /// - Parameters:
    ///   - columns: the requests.
    ///   - seed: of the lots, where routing draws them.
    ///   - control: looked at every few thousand events.
    public func completions(
        of columns: ReplayColumns, seed: UInt64 = 1, control: SimulationControl = SimulationControl()
    ) throws(SimulationError) -> [ReplayCompletion] {
        let bounds = PoolBounds(prefill: 0...max(0, prefillInstances), decode: 1...max(1, sizes.decode))
        var engine = ReplayEngine(
            self, source: columns, policy: StaticPolicy(), bounds: bounds, limits: ReplayLimits(),
            seriesWidth: max(1e-6, columns.duration), key: StreamKey(seed: seed), keepsCompletions: true)
        return try engine.run(control).measures.completions ?? []
    }
}
