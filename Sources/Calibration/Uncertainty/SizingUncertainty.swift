import Sizing

/// How the errors of the inputs carry over to a sizing, and how far the load may move before another ratio is best.
///
/// Every independent source of error (two axes for θ and ν, two for each line) is moved by ±1.96 standard errors, the problem solved
/// again, and the changes added in squares, up and down apart. All this is under the theory that the recommendation comes from; where
/// that knows the slot load's whole distribution, its form is kept while mean and deviation move.
public struct SizingUncertainty: Hashable, Sendable {
    /// 95 % interval of the best whole ratio.
    public let ratio: ClosedRange<Int>
    /// 95 % interval of the throughput per instance at the recommended ratio, tokens per second.
    public let throughput: ClosedRange<Double>
    /// The slot load means θ, tokens, over which the recommendation stays the same, ν kept; open above where it is `infinity`.
    public let meanContext: ClosedRange<Double>

    /// Searches for the best ratio, at the most: two for each of eight axes, and those for the range of the mean context.
    public static let mostSearches = 17 + 1 + 24 + 2 * 14

    private static let quantile = 1.959_963_984_540_054

    /// The same where nobody stops waiting.
    public init(_ problem: SizingProblem, best: OperatingPoint, model: any CycleTimeModel, errors: InputErrors) {
        self.init(problem, best: best, model: model, errors: errors) { () throws(Never) in }
    }

    /// - Parameters:
    ///   - problem: what was sized.
    ///   - best: the recommendation.
    ///   - model: the theory that it comes from, `SizingProblem.barrier`.
    ///   - errors: of the measured inputs.
    ///   - pause: called every few evaluations of the cycle; what it throws ends the work.
    public init<Stop: Error>(
        _ problem: SizingProblem, best: OperatingPoint, model: any CycleTimeModel, errors: InputErrors,
        pause: () throws(Stop) -> Void
    ) throws(Stop) {
        let base = try Perturbed(problem, model, ratio: best.ratio, pause)
        var up = (ratio: 0.0, throughput: 0.0)
        var down = (ratio: 0.0, throughput: 0.0)
        for axis in Self.axes(problem, errors) {
            var most = (ratio: 0.0, throughput: 0.0)
            var least = (ratio: 0.0, throughput: 0.0)
            for sign in [-1.0, 1] {
                guard let moved = Self.move(problem, along: axis, by: sign * Self.quantile) else { continue }
                let changed = try Perturbed(moved, model.moved(to: moved.parameters), ratio: best.ratio, pause)
                let ratio = Double(changed.bestRatio - base.bestRatio)
                let throughput = changed.throughput / base.throughput - 1
                most = (max(most.ratio, ratio), max(most.throughput, throughput))
                least = (min(least.ratio, ratio), min(least.throughput, throughput))
            }
            up = (up.ratio + most.ratio * most.ratio, up.throughput + most.throughput * most.throughput)
            down = (down.ratio + least.ratio * least.ratio, down.throughput + least.throughput * least.throughput)
        }
        let lowest = max(1, best.ratio - down.ratio.squareRoot())
        let highest = min(Double(problem.maximumRatio), best.ratio + up.ratio.squareRoot())
        ratio = Int(min(lowest, best.ratio).rounded(.down))...Int(max(highest, best.ratio).rounded(.up))
        let tokens = best.throughputPerInstance
        throughput = max(0, tokens * (1 - down.throughput.squareRoot()))...(tokens * (1 + up.throughput.squareRoot()))
        meanContext = try Self.range(problem, model, base.bestRatio, pause)
    }

    /// The best ratio and the throughput at a given one.
    private struct Perturbed {
        let bestRatio: Int
        let throughput: Double

        init<Stop: Error>(
            _ problem: SizingProblem, _ model: any CycleTimeModel, ratio: Double, _ pause: () throws(Stop) -> Void
        ) throws(Stop) {
            bestRatio = try SizingUncertainty.best(problem, model, guess: ratio, pause)
            throughput = problem.operatingPoint(ratio: ratio, cycle: model.cycle(ratio: ratio)).throughputPerInstance
        }
    }

    private static func best<Stop: Error>(
        _ problem: SizingProblem, _ model: any CycleTimeModel, guess: Double, _ pause: () throws(Stop) -> Void
    ) throws(Stop) -> Int {
        try RatioSearch(parameters: problem.parameters, cost: problem.cost, model: model)
            .optimum(upTo: problem.maximumRatio, guess: guess, pause: pause).ratio
    }

    // MARK: Axes

    /// One standard error along an independent direction.
    private enum Axis {
        case load(mean: Double, deviation: Double)
        case attention(alpha: Double, beta: Double)
        case ffn(alpha: Double, beta: Double)
        case communication(alpha: Double, beta: Double)
    }

    private static func axes(_ problem: SizingProblem, _ errors: InputErrors) -> [Axis] {
        var axes: [Axis] = []
        if let load = errors.load {
            let rest = max(0, 1 - load.correlation * load.correlation).squareRoot()
            axes.append(.load(mean: load.mean, deviation: load.correlation * load.standardDeviation))
            axes.append(.load(mean: 0, deviation: rest * load.standardDeviation))
        }
        func both(_ line: InputErrors.Line?, _ axis: (Double, Double) -> Axis) {
            guard let line, line.alpha > 0 || line.beta > 0 else { return }
            // Cholesky's factor of the covariance.
            let shared = line.alpha > 0 ? line.covariance / line.alpha : 0
            axes.append(axis(line.alpha, shared))
            axes.append(axis(0, max(0, line.beta * line.beta - shared * shared).squareRoot()))
        }
        both(errors.attention) { .attention(alpha: $0, beta: $1) }
        both(errors.ffn) { .ffn(alpha: $0, beta: $1) }
        both(errors.communication) { .communication(alpha: $0, beta: $1) }
        return axes
    }

    private static func move(_ problem: SizingProblem, along axis: Axis, by factor: Double) -> SizingProblem? {
        var load = problem.workload.slotLoad
        var stages = problem.stages
        func moved(_ model: LatencyModel, _ alpha: Double, _ beta: Double) -> LatencyModel {
            guard let line = model.line,
                let next = try? LatencyLine(
                    alpha: max(0, line.alpha + factor * alpha), beta: max(0, line.beta + factor * beta))
            else { return model }
            return LatencyModel(next)
        }
        switch axis {
        case .load(let mean, let deviation):
            guard
                let next = try? SlotLoad(
                    mean: max(0, load.mean + factor * mean),
                    standardDeviation: max(0, load.standardDeviation + factor * deviation), skewness: load.skewness)
            else { return nil }
            load = next
        case .attention(let alpha, let beta): stages = stages.replacing(attention: moved(stages.attention, alpha, beta))
        case .ffn(let alpha, let beta): stages = stages.replacing(ffn: moved(stages.ffn, alpha, beta))
        case .communication(let alpha, let beta):
            stages = stages.replacing(communication: moved(stages.communication, alpha, beta))
        }
        return with(problem, load, stages)
    }

    private static func with(_ problem: SizingProblem, _ load: SlotLoad, _ stages: StageLatencies) -> SizingProblem? {
        guard let workload = try? Workload(.moments(load)) else { return nil }
        return try? SizingProblem(
            workload: workload, stages: stages, batchSize: problem.batchSize, microbatches: problem.microbatches,
            maximumRatio: problem.maximumRatio, cost: problem.cost, barrierMethod: problem.barrierMethod,
            occupancy: problem.parameters.occupancy, jitter: problem.parameters.jitter,
            tokensPerStep: problem.parameters.tokensPerStep)
    }

    // MARK: Range of the mean context

    private static func range<Stop: Error>(
        _ problem: SizingProblem, _ model: any CycleTimeModel, _ ratio: Int, _ pause: () throws(Stop) -> Void
    ) throws(Stop) -> ClosedRange<Double> {
        let load = problem.workload.slotLoad
        func isSame(_ mean: Double) throws(Stop) -> Bool {
            guard
                let next = try? SlotLoad(
                    mean: mean, standardDeviation: load.standardDeviation, skewness: load.skewness),
                let moved = with(problem, next, problem.stages)
            else { return false }
            return try best(moved, model.moved(to: moved.parameters), guess: Double(ratio), pause) == ratio
        }
        /// Between a mean that gives the same ratio and one that does not.
        func edge(_ same: Double, _ other: Double) throws(Stop) -> Double {
            var same = same
            var other = other
            for _ in 0..<14 {
                let middle = (same + other) / 2
                if try isSame(middle) { same = middle } else { other = middle }
            }
            return same
        }
        let lower = try isSame(0) ? 0 : edge(load.mean, 0)
        var high = max(load.mean, 1)
        var upper = Double.infinity
        for _ in 0..<24 {
            let next = high * 1.5
            if try !isSame(next) {
                upper = try edge(high, next)
                break
            }
            high = next
        }
        return min(lower, load.mean)...max(upper, load.mean)
    }
}
