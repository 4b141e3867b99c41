import Glibc
import Sizing
import SizingNumerics
import Text

/// What a trace says of the load that it makes, with standard errors.
///
/// A pure function of a ``TraceSummary``. Errors are those of the delta method: the variance of an estimate is that of its influence
/// function over n. Where the trace has times, requests that arrive near each other may be alike, and the variance is from blocks of
/// time; otherwise requests are taken to be independent of each other. Errors that so few requests do not define are `nil`.
public struct TraceStatistics: Hashable, Sendable {
    /// A length's mean and standard deviation.
    public struct Length: Hashable, Sendable {
        public let mean: Estimate
        public let standardDeviation: Estimate
    }

    public let requests: Int
    public let prefill: Length
    public let decode: Length
    /// Pearson's, of P and D; `nil` where one of them does not vary.
    public let correlation: Estimate?
    /// θ, tokens.
    public let loadMean: Estimate
    /// ν, tokens.
    public let loadStandardDeviation: Estimate
    /// `nil` where the load does not vary.
    public let loadSkewness: Estimate?
    /// Correlation of the errors of θ and ν, −1…1.
    public let loadErrorCorrelation: Double
    /// How many cosines over the blocks of time the errors are from; `nil` where requests are taken for independent.
    public let errorCosines: Int?
    /// `nil` with too few requests to tell a tail.
    public let decodeTail: TailIndex?
    public let geometricFit: GeometricFit
    /// θ, ν and skewness as the sizing takes them.
    public let slotLoad: SlotLoad

    /// - Throws: `InvalidInput` where sums that were sent are not those of any requests.
    public init(_ summary: TraceSummary) throws(InvalidInput) {
        let sums = summary.sums
        guard sums.count > 0, sums.isPlausible else {
            throw InvalidInput(field: "sums", rule: "are not those of any requests")
        }
        let moments = sums.moments
        let n = Double(sums.count)
        requests = sums.count
        let covariance = InfluenceCovariance(moments, count: n, blocks: summary.activity?.blocks)
        errorCosines = covariance.cosineCount
        let lengths = LengthEstimates(moments, covariance: covariance)
        prefill = Length(mean: lengths.prefillMean, standardDeviation: lengths.prefillDeviation)
        decode = Length(mean: lengths.decodeMean, standardDeviation: lengths.decodeDeviation)
        correlation = lengths.correlation
        let load = LoadEstimates(moments, histogram: summary.histogram, covariance: covariance)
        loadMean = load.mean
        loadStandardDeviation = load.standardDeviation
        loadSkewness = load.skewness
        loadErrorCorrelation = load.errorCorrelation
        let bins = summary.histogram.decodeCounts
        decodeTail = TailIndex(bins)
        geometricFit = GeometricFit(mean: max(1, lengths.decodeMean.value), bins: bins)
        do {
            slotLoad = try SlotLoad(
                mean: load.mean.value, standardDeviation: load.standardDeviation.value,
                skewness: load.skewness?.value ?? 0)
        } catch {
            throw InvalidInput(field: "sums", rule: "are not those of any requests: slot load \(error)")
        }
    }

    /// What the caller ought to know of these statistics and of the trace that they are from.
    public static func warnings(_ summary: TraceSummary, _ statistics: TraceStatistics) -> [Warning] {
        statistics.warnings + summary.lossWarnings + summary.reading.warnings
            + (summary.activity?.warnings(slotLoad: statistics.loadMean.value) ?? [])
    }

    /// What the caller ought to know of the numbers alone.
    public var warnings: [Warning] {
        var warnings: [Warning] = []
        if requests < 100 {
            let what =
                requests == 1
                ? "Only 1 request: errors are not defined."
                : "Only \(requests) requests: the errors are themselves uncertain."
            warnings.append(Warning(code: "few_requests", detail: what, pointer: "/requests"))
        }
        let deviation = loadStandardDeviation
        if let tail = decodeTail, tail.isHeavy {
            warnings.append(
                Warning(
                    code: "heavy_tail",
                    detail:
                        "Decode lengths have a heavy tail (index \(Figure.short(tail.value)) ± \(Figure.short(tail.standardError)) from "
                        + "\(tail.threshold) steps on): below 3, E[D^3] is infinite for such a law, so slot_load_stddev is set by the longest "
                        + "requests seen and grows with the trace. Cap max_tokens, or size with a margin.",
                    pointer: "/decode/tail_index"))
        } else if let error = deviation.standardError, error > 0.1 * deviation.value {
            warnings.append(
                Warning(
                    code: "slot_load_uncertain",
                    detail:
                        "slot_load_stddev is known to \(Figure.percent(error / deviation.value)) only (one standard error): a longer trace is "
                        + "needed.", pointer: "/slot_load_stddev"))
        }
        return warnings
    }
}

extension RequestSums {
    /// Whether the sums could be those of requests: what would make a root or a quotient fail is excluded.
    var isPlausible: Bool {
        guard count > 0 else { return false }
        let n = Double(count)
        guard self[1].double >= n else { return false }
        let s1 = self[3].double + (self[4].double - self[1].double) / 2
        guard 0...2e9 ~= s1 / self[1].double else { return false }
        let moments = moments
        let lengths = moments.lengths
        let tolerance = -1e-9
        let varianceP = lengths[2][0] - lengths[1][0] * lengths[1][0]
        let varianceD = lengths[0][2] - lengths[0][1] * lengths[0][1]
        let varianceLoad =
            moments.loads[2] / moments.steps - (moments.loads[1] / moments.steps) * (moments.loads[1] / moments.steps)
        return [varianceP, varianceD, varianceLoad, lengths[4][0], lengths[0][4], lengths[2][2]]
            .allSatisfy { $0.isFinite && $0 >= tolerance } && (0..<4).allSatisfy { moments.products[$0][$0] >= 0 }
    }
}
