/// The whole ratio that maximises throughput per cost, found exactly without trying every ratio.
///
/// The objective is rB/((r c_A + c_F) τ(r)). τ never falls with r, and r/(r c_A + c_F) rises with it, so over lower < r ≤
/// upper it is at most upper·B/((upper c_A + c_F) τ(lower)). Branch and bound on that: intervals whose bound does not beat
/// the best value so far are dropped, the others are halved. No assumption on the shape of τ beyond its monotony.
public struct RatioSearch: Sendable {
    /// What was found.
    public struct Optimum: Hashable, Sendable {
        public let ratio: Int
        public let cycle: CycleTime
        /// rB/((r c_A + c_F) τ), per microsecond and unit of cost.
        public let objective: Double
        /// How often the cycle time was worked out.
        public let evaluations: Int
    }

    public let parameters: BundleParameters
    public let cost: InstanceCost
    public let model: any CycleTimeModel

    public init(parameters: BundleParameters, cost: InstanceCost, model: any CycleTimeModel) {
        self.parameters = parameters
        self.cost = cost
        self.model = model
    }

    /// Evaluations between two pauses.
    private static let pauseInterval = 8

    /// The best ratio of 1…`maximum`; the smallest where several are equally good.
    ///
    /// - Parameters:
    ///   - maximum: the largest ratio considered, 1 or more.
    ///   - guess: where to look first (the mean-field ratio); only speed depends on it.
    public func optimum(upTo maximum: Int, guess: Double) -> Optimum {
        optimum(upTo: maximum, guess: guess) { () throws(Never) in }
    }

    /// The same for a caller who may stop waiting. A flat objective takes as many evaluations as there are ratios.
    ///
    /// - Parameters:
    ///   - maximum: the largest ratio considered, 1 or more.
    ///   - guess: where to look first (the mean-field ratio); only speed depends on it.
    ///   - pause: called every few evaluations; what it throws ends the search.
    public func optimum<Stop: Error>(
        upTo maximum: Int, guess: Double, pause: () throws(Stop) -> Void
    ) throws(Stop) -> Optimum {
        var evaluations = 0
        func evaluate(_ ratio: Int) throws(Stop) -> Evaluated {
            if evaluations % Self.pauseInterval == 0 { try pause() }
            evaluations += 1
            let duration = model.duration(ratio: Double(ratio))
            let objective = parameters.throughput(ratio: Double(ratio), duration: duration, cost: cost)
            return Evaluated(ratio: ratio, duration: duration, objective: objective)
        }
        let start = guess.isFinite ? Int(min(Double(maximum), max(1, guess.rounded()))) : maximum
        var best = try evaluate(start)
        let first = start == 1 ? best : try evaluate(1)
        let last = start == maximum ? best : try evaluate(maximum)
        for end in [first, last] where end.isBetter(than: best) { best = end }
        let middle = try climb(from: best, between: first.ratio, and: last.ratio, evaluate)
        best = middle
        var pending: [(lower: Evaluated, upper: Evaluated)] = []
        // Halving goes as deep as the ratio has bits.
        pending.reserveCapacity(16)
        pending.append((first, middle))
        pending.append((middle, last))
        while let (lower, upper) = pending.popLast() {
            guard upper.ratio - lower.ratio > 1 else { continue }
            let bound = parameters.throughput(
                ratio: Double(upper.ratio - 1), duration: lower.duration, cost: cost)
            guard bound > best.objective || (bound == best.objective && lower.ratio < best.ratio) else { continue }
            let between = try evaluate(lower.ratio + (upper.ratio - lower.ratio) / 2)
            if between.isBetter(than: best) { best = between }
            pending.append((between, upper))
            pending.append((lower, between))
        }
        return Optimum(
            ratio: best.ratio, cycle: model.cycle(ratio: Double(best.ratio), duration: best.duration),
            objective: best.objective, evaluations: evaluations)
    }

    private struct Evaluated {
        var ratio: Int
        var duration: Double
        var objective: Double

        func isBetter(than other: Evaluated) -> Bool {
            objective > other.objective || (objective == other.objective && ratio < other.ratio)
        }
    }

    /// Walks uphill in growing steps, so that the bound starts sharp.
    private func climb<Stop: Error>(
        from start: Evaluated, between lowest: Int, and highest: Int, _ evaluate: (Int) throws(Stop) -> Evaluated
    ) throws(Stop) -> Evaluated {
        var best = start
        var step = max(1, start.ratio / 8)
        while step > 0 {
            var moved = false
            for next in [best.ratio - step, best.ratio + step] where lowest...highest ~= next {
                let candidate = try evaluate(next)
                if candidate.isBetter(than: best) {
                    best = candidate
                    moved = true
                    break
                }
            }
            if !moved { step /= 2 }
        }
        return best
    }
}
