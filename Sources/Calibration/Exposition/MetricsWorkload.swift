import Sizing
import SizingNumerics
import Text

/// The load that requests make whose lengths are known by two histograms, of prefill and of decode lengths.
///
/// How the two go together is not known: they are taken as independent of each other. Means are exact, from sum and count.
public struct MetricsWorkload: Sendable {
    public let histograms: LengthHistograms
    /// Whether the first output token came from prefill, so that there is one decode step less.
    public let firstTokenFromPrefill: Bool
    /// Requests that are known to have had no step to decode, and hold no slot.
    public let neverDecoded: Double
    /// Output tokens that are missing for one step each: requests without output.
    public let emptyOutputs: Double
    /// As the sizing takes it.
    public let workload: Workload
    public let prefill: Length
    /// Of the requests that decode, in steps.
    public let decode: Length
    public let load: Load

    /// - Throws: `InvalidInput` where no request decodes.
    public init(_ histograms: LengthHistograms, firstTokenFromPrefill: Bool = false) throws(InvalidInput) {
        self.histograms = histograms
        self.firstTokenFromPrefill = firstTokenFromPrefill
        let steps = DecodeSteps(histograms.decode, firstTokenFromPrefill: firstTokenFromPrefill)
        guard !steps.cells.isEmpty else {
            throw InvalidInput(
                field: "", rule: "No request has a step to decode: every output is the first token, from prefill.")
        }
        neverDecoded = steps.neverDecoded
        emptyOutputs = steps.emptyOutputs
        let prefills = BucketLengths(histograms.prefill.cells, sum: histograms.prefill.sum)
        let decodes = BucketLengths(steps.cells, sum: steps.sum)
        workload = try Workload(
            .independent(
                prefill: .empirical(try EmpiricalLengths(values: prefills.values, weights: prefills.weights)),
                decode: .empirical(try EmpiricalLengths(values: decodes.values, weights: decodes.weights))))
        prefill = Length(prefills, histograms.prefill.cells, sum: histograms.prefill.sum)
        decode = Length(decodes, steps.cells, sum: steps.sum)
        load = Load(
            workload.slotLoad, prefills: prefills, prefill: prefill, decodes: decodes,
            bounds: Self.bounds(histograms.prefill, steps))
    }

    /// Requests; those of the decode lengths.
    public var requests: Double { histograms.decode.count }

    /// What is known of one length.
    public struct Length: Sendable {
        /// E[length], tokens or steps; exact where the histogram has a sum.
        public let mean: Double
        public let standardDeviation: Double
        /// What it can be at least and at most; `nil` where the mean is not known.
        public let deviationBounds: ClosedRange<Double>?
        /// Of the mean, by how many requests there are.
        public let meanError: Double?

        fileprivate init(_ lengths: BucketLengths, _ cells: [LengthBuckets.Cell], sum: Double?) {
            let total = cells.reduce(0) { $0 + $1.count }
            let variance = zip(lengths.values, lengths.weights).reduce(0) {
                $0 + $1.1 * ($1.0 - lengths.mean) * ($1.0 - lengths.mean)
            }
            mean = sum.map { $0 / total } ?? lengths.mean
            standardDeviation = (variance / total).squareRoot()
            deviationBounds = sum.map { BucketBounds(cells, sum: $0).deviation }
            meanError = total >= 2 ? standardDeviation / total.squareRoot() : nil
        }
    }

    /// θ and ν, tokens, with errors by how many requests there are, and what they can be by the buckets.
    public struct Load: Sendable {
        public let mean: Estimate
        public let standardDeviation: Estimate
        public let skewness: Double
        public let meanBounds: ClosedRange<Double>?
        public let deviationBounds: ClosedRange<Double>?
        /// Of the errors of θ and ν.
        public let errorCorrelation: Double

        /// Errors are those of the delta method: with E[D] = μ the influence of a decode length on E[J] is (D(D−1)/2 − E[J]·D)/μ, and on
        /// Var J (Σ_{j<D} (j − E[J])² − Var J·D)/μ.
        fileprivate init(
            _ slot: SlotLoad, prefills: BucketLengths, prefill: Length, decodes: BucketLengths,
            bounds: (mean: ClosedRange<Double>, deviation: ClosedRange<Double>)?
        ) {
            let prefillVariance = prefill.standardDeviation * prefill.standardDeviation
            var onMean = 0.0
            var onVariance = 0.0
            var both = 0.0
            func add(_ mean: Double, _ variance: Double, _ share: Double) {
                onMean += share * mean * mean
                onVariance += share * variance * variance
                both += share * mean * variance
            }
            let n = prefills.weights.reduce(0, +)
            for (value, weight) in zip(prefills.values, prefills.weights) {
                let away = value - prefills.mean
                add(away, away * away - prefillVariance, weight / n / n)
            }
            let m = decodes.weights.reduce(0, +)
            let age = slot.mean - prefills.mean
            let ageVariance = max(0, slot.variance - prefillVariance)
            for (d, weight) in zip(decodes.values, decodes.weights) {
                let pairs = d * (d - 1) / 2
                let squares = d * (d - 1) * (2 * d - 1) / 6 - 2 * age * pairs + age * age * d
                add(
                    (pairs - age * d) / decodes.mean, (squares - ageVariance * d) / decodes.mean, weight / m / m)
            }
            let deviation = slot.standardDeviation
            mean =
                min(n, m) < 2
                ? Estimate(slot.mean, interval: nil)
                : Estimate(slot.mean, standardError: onMean.squareRoot(), within: 0...(.infinity))
            standardDeviation =
                min(n, m) < 3 || deviation <= 0
                ? Estimate(deviation, interval: nil)
                : Estimate(
                    deviation, standardError: onVariance.squareRoot() / (2 * deviation), within: 0...(.infinity))
            skewness = slot.skewness
            meanBounds = bounds?.mean
            deviationBounds = bounds?.deviation
            let product = (onMean * onVariance).squareRoot()
            errorCorrelation = product > 0 ? max(-1, min(1, both / product)) : 0
        }
    }

    /// What the slot load P + J, J the age, can be: θ = E[P] + E[J], ν² = Var P + Var J. `nil` where a mean is not known.
    private static func bounds(
        _ prefill: LengthBuckets, _ steps: DecodeSteps
    ) -> (mean: ClosedRange<Double>, deviation: ClosedRange<Double>)? {
        guard let tokens = prefill.sum, let sum = steps.sum else { return nil }
        let prefills = BucketBounds(prefill.cells, sum: tokens).deviation
        let decodes = BucketBounds(steps.cells, sum: sum)
        let mean = tokens / prefill.count
        let age = decodes.meanAge
        let ageDeviation = decodes.ageDeviation
        func root(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
        return (
            (mean + age.lowerBound)...(mean + age.upperBound),
            root(prefills.lowerBound, ageDeviation.lowerBound)...root(prefills.upperBound, ageDeviation.upperBound)
        )
    }

    /// How well the load is known by how many requests there are; `nil` from so few that they define no errors.
    public var errors: InputErrors.Load? {
        guard let mean = load.mean.standardError, let deviation = load.standardDeviation.standardError else {
            return nil
        }
        return InputErrors.Load(mean: mean, standardDeviation: deviation, correlation: load.errorCorrelation)
    }
}

/// Decode steps in buckets, from output tokens in buckets.
private struct DecodeSteps {
    private(set) var cells: [LengthBuckets.Cell] = []
    private(set) var neverDecoded = 0.0
    private(set) var emptyOutputs = 0.0
    private(set) var sum: Double?

    init(_ tokens: LengthBuckets, firstTokenFromPrefill: Bool) {
        let first: Double = firstTokenFromPrefill ? 1 : 0
        for cell in tokens.cells {
            // All of these end with the first token.
            if firstTokenFromPrefill, cell.upper <= 1 {
                neverDecoded += cell.count
                continue
            }
            cells.append(
                .init(lower: max(1, cell.lower - first), upper: max(1, cell.upper - first), count: cell.count))
        }
        guard let tokens = tokens.sum else { return }
        let remaining = cells.reduce(0) { $0 + $1.count }
        // Of what never decodes, each had one token.
        let steps = tokens - neverDecoded - first * remaining
        let least = cells.reduce(0) { $0 + $1.lower * $1.count }
        emptyOutputs = max(0, least - steps)
        sum = max(least, steps)
    }
}
