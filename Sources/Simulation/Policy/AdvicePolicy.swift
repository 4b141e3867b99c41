/// What a planner is asked: requests as they came, and what they weigh.
public struct AdviceDemand: Hashable, Sendable {
    /// Requests a second.
    public var rate: Double
    /// Index of dispersion of the arrivals.
    public var dispersion: Double
    /// Mean of P, of P less what is cached, and of D, tokens.
    public var prefill: Double
    public var uncached: Double
    /// Coefficient of variation of what is not cached of P.
    public var uncachedVariation: Double
    public var decode: Double
    /// θ and ν, tokens.
    public var slotMean: Double
    public var slotDeviation: Double

    /// Of what came in `window`, which lasted so many seconds; `nil` where nothing came.
    ///
    /// - Parameters:
    ///   - window: what came.
    ///   - seconds: how long it lasted.
    ///   - dispersion: of the arrivals; `nil` for that of the whole window, in which a rate that changes counts as dispersed.
    public init?(_ window: ReplayWindow, seconds: Double, dispersion: Double? = nil) {
        guard window.arrivals > 0, seconds > 0, let load = window.slotLoad else { return nil }
        let count = Double(window.arrivals)
        rate = count / seconds
        self.dispersion = dispersion ?? window.dispersion
        prefill = window.prefill / count
        uncached = window.uncached / count
        let variance = max(0, window.uncachedSquare / count - uncached * uncached)
        uncachedVariation = uncached > 0 ? variance.squareRoot() / uncached : 0
        decode = window.decode / count
        slotMean = load.mean
        slotDeviation = load.deviation
    }
}

/// A plan for a demand; `nil` where none keeps the limits.
public typealias AdvicePlanner = @Sendable (AdviceDemand) -> PoolSizes?

/// This service's own advice: every so often a plan for the largest rate that is expected until what is asked for now serves, and until
/// it can be asked again (`RateForecast`); lengths, slot loads and dispersion are those of the last window. What waits comes on top,
/// as requests to be done within a window.
///
/// Between two plans it looks some times more, and grows where the rate of the last period, or what waits, as requests to be done within
/// a period, asks for more than was expected.
///
/// It grows at once; it shrinks by more than the hysteresis or not at all, and to no less than the most that was planned within the
/// window.
public struct AdvicePolicy: ReplayPolicy {
    private let period: Double
    private let windowLength: Double
    private let hysteresis: Double
    /// Periods until what is asked for serves, and until it can be asked again.
    private let ahead: Double
    private let planner: AdvicePlanner
    private let looksPerPeriod: Int
    private var asked = 0
    /// The rate that was expected at the last plan, requests a second; nil before the first.
    private var expected: Double?
    /// What was seen at each look, the last ones.
    private var windows: [(seconds: Double, window: ReplayWindow)] = []
    private var plans: [(time: Double, sizes: PoolSizes)] = []
    private var forecast: RateForecast

    /// - Parameters:
    ///   - planner: what makes a plan of a window's figures.
    ///   - period: seconds between two plans, positive.
    ///   - window: seconds that a plan looks back; at least a period.
    ///   - hysteresis: part of a pool by which a plan must be smaller before it shrinks, 0…1.
    ///   - startDelay: seconds that an instance takes to start.
    ///   - looksPerPeriod: looks in a period, the plan's among them; 1 or more.
    public init(
        period: Double = 60, window: Double = 300, hysteresis: Double = 0.1, startDelay: Double = 0,
        looksPerPeriod: Int = 1, planner: @escaping AdvicePlanner
    ) {
        self.looksPerPeriod = max(1, looksPerPeriod)
        self.period = period
        windowLength = max(period, window)
        self.hysteresis = hysteresis
        self.planner = planner
        ahead = startDelay / period + 1
        forecast = RateForecast(recent: Self.looks(windowLength, period))
    }

    public var next: Double? { Double(asked + 1) * period / Double(looksPerPeriod) }

    private static func looks(_ window: Double, _ period: Double) -> Int {
        max(1, Int(min(1e6, (window / period).rounded())))
    }

    public mutating func sizes(_ observation: PoolObservation) -> PoolSizes {
        asked += 1
        let isPlan = asked % looksPerPeriod == 0
        windows.append((observation.interval, observation.window))
        let kept = Self.looks(windowLength, period) * looksPerPeriod
        if windows.count > kept { windows.removeFirst(windows.count - kept) }
        let (sum, seconds) = seen(kept)
        let (last, length) = seen(looksPerPeriod)
        if isPlan, length > 0 { forecast.add(Double(last.arrivals) / length) }
        let current = observation.wanted
        guard var demand = AdviceDemand(sum, seconds: seconds, dispersion: dispersion) else { return current }
        let waiting = Double(observation.waiting + observation.waitingForPrefill)
        if isPlan {
            demand.rate = forecast.largest(ahead: ahead)
            expected = demand.rate
            demand.rate += waiting / windowLength
        } else {
            // A part of a period tells too little.
            guard let expected else { return current }
            demand.rate = max(expected, length > 0 ? Double(last.arrivals) / length : 0) + waiting / period
        }
        guard demand.rate > 0, let plan = planner(demand) else { return current }
        plans.removeAll { $0.time <= observation.time - windowLength }
        plans.append((observation.time, plan))
        return PoolSizes(
            prefill: choose(\.prefill, plan, current, mayShrink: isPlan),
            decode: choose(\.decode, plan, current, mayShrink: isPlan))
    }

    /// What the last `count` looks have seen together, and how long that was, seconds.
    private func seen(_ count: Int) -> (window: ReplayWindow, seconds: Double) {
        let last = windows.suffix(count)
        guard let first = last.first else { return (ReplayWindow(), 0) }
        return last.dropFirst().reduce(into: (first.window, first.seconds)) { sum, next in
            sum.0.join(next.window)
            sum.1 += next.seconds
        }
    }

    /// Within looks, so that a rate that changes from look to look is not taken for dispersion; nil where there are too few bins.
    private var dispersion: Double? {
        var (squares, counts, bins) = (0.0, 0.0, 0)
        for (_, window) in windows where window.bins > 1 {
            squares += window.binSquares - window.binCounts * window.binCounts / Double(window.bins)
            counts += window.binCounts * Double(window.bins - 1) / Double(window.bins)
            bins += window.bins - 1
        }
        return bins >= 10 && counts > 0 ? max(0, squares) / counts : nil
    }

    private func choose(
        _ pool: KeyPath<PoolSizes, Int>, _ plan: PoolSizes, _ current: PoolSizes, mayShrink: Bool
    ) -> Int {
        let now = current[keyPath: pool]
        if plan[keyPath: pool] > now { return plan[keyPath: pool] }
        guard mayShrink else { return now }
        let most = plans.reduce(plan[keyPath: pool]) { max($0, $1.sizes[keyPath: pool]) }
        return Double(most) < (1 - hysteresis) * Double(now) ? most : now
    }
}
