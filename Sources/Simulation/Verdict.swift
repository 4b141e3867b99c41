import Sizing
import SizingNumerics

extension SizingAnswer {
    /// The ratios to simulate around the recommendation: it and two neighbours each way, a quarter more and less, and the
    /// mean field's.
    ///
    /// - Parameter maximum: the largest ratio considered.
    public func ratiosToSimulate(upTo maximum: Int) -> [Int] {
        let best = Int(recommendation.ratio)
        let quarter = max(3, (best + 2) / 4)
        let meanField = min(closedForm.ratio, Double(4 * best)).rounded()
        let wanted = [best - 2, best - 1, best, best + 1, best + 2, best - quarter, best + quarter, Int(meanField)]
        return Set(wanted.filter { 1...maximum ~= $0 }).sorted()
    }
}

/// What a simulation says about a recommendation, in numbers and in words.
public struct Verdict: Hashable, Sendable {
    /// The smallest gap that matters to an operator: half a percent of throughput.
    static let notableGap = 0.005
    /// The largest error of the cycle time that the theory is expected to have.
    static let expectedError = 0.01

    /// Whether neither the predicted cycle nor the recommended ratio is contradicted.
    public let agrees: Bool
    /// Predicted cycle over simulated cycle, less 1, at the recommended ratio.
    public let cycleError: Double
    public let text: String
    /// How far the recommended ratio falls short of the best simulated one, as a fraction of the latter's throughput per
    /// cost.
    public let gap: Estimate

    /// nil where the recommended ratio was not simulated.
    ///
    /// - Parameters:
    ///   - recommendation: of the theory.
    ///   - result: of simulations around it.
    ///   - cost: of the instances, as in the recommendation.
    public init?(_ recommendation: OperatingPoint, _ result: SimulationResult, cost: InstanceCost) {
        let ratio = Int(recommendation.ratio)
        guard let best = result.best(cost: cost), let gap = result.relativeGap(of: ratio, cost: cost),
            let point = result.points.first(where: { $0.ratio == ratio })
        else { return nil }
        self.gap = gap
        let predicted = recommendation.cycle.duration
        cycleError = predicted / point.cycle.value - 1
        // Contradicted where even the near end of the interval is further away than the theory's own error.
        let interval = point.cycle.interval ?? point.cycle.value...point.cycle.value
        let margin = Self.expectedError * predicted
        let cycleAgrees = predicted >= interval.lowerBound - margin && predicted <= interval.upperBound + margin
        let gapIsNotable = gap.value > Self.notableGap && (gap.interval?.lowerBound ?? 0) > 0
        agrees = cycleAgrees && !gapIsNotable
        let cycles =
            "at ratio \(ratio) a step takes \(Self.number(point.cycle.value)) µs in the simulation "
            + "(95 % interval \(Self.number(interval.lowerBound)) to \(Self.number(interval.upperBound))) and "
            + "\(Self.number(predicted)) µs in theory"
        let choice: String
        if best.ratio == ratio {
            choice = "no simulated ratio gives more throughput"
        } else if gapIsNotable {
            choice =
                "ratio \(best.ratio) gives \(Self.percent(gap.value)) more throughput in the simulation: prefer it"
        } else {
            choice =
                "ratio \(best.ratio) came out \(Self.percent(gap.value)) better, too little to matter: keep \(ratio)"
        }
        text =
            (agrees ? "Theory and simulation agree: " : "Theory and simulation disagree: ") + cycles + "; " + choice
            + "."
    }

    /// Four significant digits or all whole ones.
    private static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        if abs(value) >= 1000 { return "\(Int(value.rounded()))" }
        let scale = abs(value) >= 100 ? 10.0 : abs(value) >= 10 ? 100 : 1000
        return "\((value * scale).rounded() / scale)"
    }

    private static func percent(_ fraction: Double) -> String { "\((fraction * 10_000).rounded() / 100) %" }
}
