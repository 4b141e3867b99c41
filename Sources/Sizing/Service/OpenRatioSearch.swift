/// The ratio that bears the largest rate of arrivals per cost, under limits (model section 8): not that of the saturated optimum.
///
/// Found by branch and bound, as ``RatioSearch`` does it. At a given batch a step is never shorter with more instances, and a bundle whose
/// mean or upper percentile of TPOT keeps a bound L makes no more tokens than with constantly as many requests as L allows: so over
/// lower ≤ r ≤ upper the rate is at most upper/lower times φ of the lower ratio there.
public struct OpenRatioSearch: Sendable {
    /// One ratio.
    public struct Point: Sendable {
        public let ratio: Int
        public let bundle: SolvedBundle
        /// Requests a second that it bears, and what bounds them.
        public let largestRate: Double
        public let bound: ServiceBound?
        /// Requests a second and unit of cost.
        public let objective: Double
        /// No fluctuation lets it bear more.
        let fluidRate: Double
    }

    private let make: @Sendable (Int) -> SolvedBundle?
    private let limits: ServiceLimits
    private let arrivals: Arrivals
    private let cost: InstanceCost

    /// - Parameters:
    ///   - cost: c_A and c_F.
    ///   - limits: what has to hold.
    ///   - arrivals: whose dispersion counts.
    ///   - make: the bundle of so many Attention instances and one FFN instance; nil where it takes no time.
    public init(
        arrivals: Arrivals, limits: ServiceLimits, cost: InstanceCost, make: @escaping @Sendable (Int) -> SolvedBundle?
    ) {
        self.arrivals = arrivals
        self.limits = limits
        self.cost = cost
        self.make = make
    }

    /// Ratios worked out at most; each takes about a millisecond.
    public static let maximumEvaluations = 200
    /// What the fluid bound allows for: the theory's own error.
    private static let margin = 1.02

    /// What one ratio bears; nil where its bundle takes no time.
    public func point(ratio: Int) -> Point? {
        guard let bundle = make(ratio) else { return nil }
        let (rate, bound) = OpenDeployment(bundle: bundle).largestRate(like: arrivals, limits)
        let fluid = bundle.fluidCapacity(limits.tpot.map { $0.time * Self.margin }) * Self.margin
        return Point(
            ratio: ratio, bundle: bundle, largestRate: rate, bound: bound,
            objective: rate / cost.ofBundle(ratio: Double(ratio)), fluidRate: fluid)
    }

    /// The best of 1…`maximum`, the smallest of equals, and whether it is proven.
    ///
    /// - Parameters:
    ///   - maximum: the largest ratio considered, 1 or more.
    ///   - guess: where to look first; only speed depends on it.
    ///   - pause: called before each ratio; what it throws ends the search.
    public func best<Stop: Error>(
        upTo maximum: Int, guess: Int, pause: () throws(Stop) -> Void
    ) throws(Stop) -> (point: Point, isProven: Bool)? {
        var known: [Int: Point] = [:]
        var evaluations = 0
        func evaluate(_ ratio: Int) throws(Stop) -> Point? {
            if let point = known[ratio] { return point }
            try pause()
            evaluations += 1
            let point = point(ratio: ratio)
            known[ratio] = point
            return point
        }
        func isBetter(_ one: Point, _ other: Point) -> Bool {
            one.objective > other.objective || (one.objective == other.objective && one.ratio < other.ratio)
        }
        guard let first = try evaluate(1), let last = try evaluate(maximum),
            var best = try evaluate(min(maximum, max(1, guess)))
        else { return nil }
        for end in [first, last] where isBetter(end, best) { best = end }
        // Uphill in growing steps, so that the bound starts sharp.
        var step = max(1, best.ratio / 4)
        while step > 0, evaluations < Self.maximumEvaluations {
            var better: Point?
            for ratio in [best.ratio - step, best.ratio + step] where better == nil && 1...maximum ~= ratio {
                if let point = try evaluate(ratio), isBetter(point, best) { better = point }
            }
            if let better { best = better } else { step /= 2 }
        }
        var pending = [(first, best), (best, last)].filter { $0.0.ratio < $0.1.ratio }
        while let (lower, upper) = pending.popLast() {
            guard upper.ratio - lower.ratio > 1 else { continue }
            let top = Double(upper.ratio - 1)
            let bound = lower.fluidRate * top / Double(lower.ratio) / cost.ofBundle(ratio: top)
            guard bound > best.objective else { continue }
            guard evaluations < Self.maximumEvaluations else { return (best, false) }
            guard let between = try evaluate(lower.ratio + (upper.ratio - lower.ratio) / 2) else { return nil }
            if isBetter(between, best) { best = between }
            pending.append((between, upper))
            pending.append((lower, between))
        }
        return (best, true)
    }
}

extension SolvedBundle {
    /// Requests a second at constantly as many requests as a TPOT of at most `limit` allows; with no limit with every slot full.
    public func fluidCapacity(_ limit: Double?) -> Double {
        guard let limit else { return capacity }
        return curve.largestRate(pace: limit) * 1e6 / bundle.load.meanSteps
    }
}

extension PaceCurve {
    /// The most tokens a microsecond at a TPOT of at most `pace`.
    func largestRate(pace limit: Double) -> Double {
        var most = 0.0
        var previous: Knot?
        for knot in knots {
            guard knot.pace <= limit else {
                // On a line k/TPOT(k) is monotone, so its ends are all that can be most.
                if let previous, previous.pace < limit {
                    let share = (limit - previous.pace) / (knot.pace - previous.pace)
                    most = max(most, (previous.requests + share * (knot.requests - previous.requests)) / limit)
                }
                break
            }
            most = max(most, knot.requests / knot.pace)
            previous = knot
        }
        return most
    }
}
