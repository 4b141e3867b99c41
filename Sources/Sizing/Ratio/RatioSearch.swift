/// The whole ratio that maximises throughput per cost, found exactly without trying every ratio.
///
/// The objective is rB/((r c_A + c_F) τ(r)). τ never falls with r, and r/(r c_A + c_F) rises with it, so over lower < r ≤
/// upper it is at most upper·B/((upper c_A + c_F) τ(lower)). Branch and bound on that: intervals whose bound does not beat
/// the best value so far are dropped, the others are divided. No assumption on the shape of τ beyond its monotony.
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
        var progress = Progress(search: self)
        try progress.climb(from: guess, upTo: maximum, pause)
        try progress.ruleOutTheRest(upTo: maximum, pause)
        let best = progress.best
        return Optimum(
            ratio: best.ratio, cycle: model.cycle(ratio: Double(best.ratio), duration: best.duration),
            objective: best.objective, evaluations: progress.evaluations)
    }
}

extension RatioSearch {
    private struct Evaluated {
        var ratio: Int
        var duration: Double
        var objective: Double

        func isBetter(than other: Evaluated) -> Bool {
            objective > other.objective || (objective == other.objective && ratio < other.ratio)
        }
    }

    /// A search under way.
    private struct Progress {
        private let search: RatioSearch
        /// What the climb has tried, by ratio.
        private var tried: [Evaluated] = []
        private(set) var best = Evaluated(ratio: 1, duration: .infinity, objective: -.infinity)
        private(set) var evaluations = 0

        init(search: RatioSearch) {
            self.search = search
            tried.reserveCapacity(16)
        }

        /// Walks uphill in steps that grow shorter, so that the bound is sharp from the start. Ratio 1 is tried too: it bounds what
        /// is below all others.
        mutating func climb<Stop: Error>(
            from guess: Double, upTo maximum: Int, _ pause: () throws(Stop) -> Void
        ) throws(Stop) {
            let start = guess.isFinite ? Int(min(Double(maximum), max(1, guess.rounded()))) : maximum
            try visit(start, pause)
            try visit(1, pause)
            var step = max(1, start / 8)
            while step > 0 {
                let before = best.ratio
                for next in [before - step, before + step] where 1...maximum ~= next && best.ratio == before {
                    try visit(next, pause)
                }
                if best.ratio == before { step /= 2 }
            }
        }

        /// Tries what may be better between the ratios of the climb, and beyond them.
        mutating func ruleOutTheRest<Stop: Error>(
            upTo maximum: Int, _ pause: () throws(Stop) -> Void
        ) throws(Stop) {
            for index in tried.indices {
                let end = index + 1 < tried.count ? tried[index + 1].ratio - 1 : maximum
                try ruleOut(above: tried[index], through: end, pause)
            }
        }

        /// Tries what may be better among lower < r ≤ `end`.
        private mutating func ruleOut<Stop: Error>(
            above lower: Evaluated, through end: Int, _ pause: () throws(Stop) -> Void
        ) throws(Stop) {
            var lower = lower
            while lower.ratio < end {
                let bound = search.parameters.throughput(
                    ratio: Double(end), duration: lower.duration, cost: search.cost)
                guard bound > best.objective || (bound == best.objective && lower.ratio < best.ratio) else { return }
                var next = lower.ratio + (end - lower.ratio + 1) / 2
                // A little above the best, a step is mostly long enough already to rule out whatever is beyond.
                if lower.ratio >= best.ratio { next = min(next, lower.ratio + max(1, lower.ratio - best.ratio)) }
                let between = try evaluate(next, pause)
                try ruleOut(above: lower, through: next - 1, pause)
                lower = between
            }
        }

        /// Tries a ratio of the climb, once.
        private mutating func visit<Stop: Error>(_ ratio: Int, _ pause: () throws(Stop) -> Void) throws(Stop) {
            let place = tried.firstIndex { $0.ratio >= ratio } ?? tried.count
            if place < tried.count, tried[place].ratio == ratio { return }
            tried.insert(try evaluate(ratio, pause), at: place)
        }

        private mutating func evaluate<Stop: Error>(
            _ ratio: Int, _ pause: () throws(Stop) -> Void
        ) throws(Stop) -> Evaluated {
            if evaluations % RatioSearch.pauseInterval == 0 { try pause() }
            evaluations += 1
            let duration = search.model.duration(ratio: Double(ratio))
            let objective = search.parameters.throughput(ratio: Double(ratio), duration: duration, cost: search.cost)
            let result = Evaluated(ratio: ratio, duration: duration, objective: objective)
            if evaluations == 1 || result.isBetter(than: best) { best = result }
            return result
        }
    }
}
