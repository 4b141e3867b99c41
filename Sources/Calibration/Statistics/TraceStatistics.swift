import Glibc
import Numerics
import Sizing
import Text

/// What a trace says of the load that it makes, with standard errors.
///
/// A pure function of a ``TraceSummary``. Requests are taken to be independent of each other; errors are those of the delta
/// method: the variance of an estimate is that of its influence function over n.
public struct TraceStatistics: Hashable, Sendable {
    /// A length's mean and standard deviation.
    public struct Length: Hashable, Sendable {
        public let mean: Estimate
        public let standardDeviation: Estimate
    }

    public let requests: Int
    public let prefill: Length
    public let decode: Length
    /// Pearson's, of P and D; 0 where one of them does not vary.
    public let correlation: Estimate
    /// θ, tokens.
    public let loadMean: Estimate
    /// ν, tokens.
    public let loadStandardDeviation: Estimate
    public let loadSkewness: Estimate
    /// Correlation of the errors of θ and ν, −1…1.
    public let loadErrorCorrelation: Double
    public let decodeTail: TailIndex?
    public let geometricFit: GeometricFit
    /// θ, ν and skewness as the sizing takes them.
    public let slotLoad: SlotLoad

    /// - Throws: ``InvalidInput`` where sums that were sent are not those of any requests.
    public init(_ summary: TraceSummary) throws(InvalidInput) {
        let sums = summary.sums
        guard sums.count > 0, sums.isPlausible else {
            throw InvalidInput(field: "sums", rule: "are not those of any requests")
        }
        let moments = sums.moments
        let n = Double(sums.count)
        requests = sums.count
        let lengths = LengthEstimates(moments, count: n)
        prefill = Length(mean: lengths.prefillMean, standardDeviation: lengths.prefillDeviation)
        decode = Length(mean: lengths.decodeMean, standardDeviation: lengths.decodeDeviation)
        correlation = lengths.correlation
        let load = LoadEstimates(moments, histogram: summary.histogram, count: n)
        loadMean = load.mean
        loadStandardDeviation = load.standardDeviation
        loadSkewness = load.skewness
        loadErrorCorrelation = load.errorCorrelation
        let bins = summary.histogram.decodeCounts
        decodeTail = TailIndex(bins)
        geometricFit = GeometricFit(mean: max(1, lengths.decodeMean.value), bins: bins)
        do {
            slotLoad = try SlotLoad(
                mean: load.mean.value, standardDeviation: load.standardDeviation.value, skewness: load.skewness.value)
        } catch {
            throw InvalidInput(field: "sums", rule: "are not those of any requests: slot load \(error)")
        }
    }

    /// What the reader of these statistics ought to know, as sentences.
    public var warnings: [String] {
        var warnings: [String] = []
        if requests < 100 {
            warnings.append("only \(requests) requests: the errors are themselves uncertain")
        }
        if let tail = decodeTail, tail.value < 3 {
            warnings.append(
                "decode lengths have a heavy tail (index \(Self.short(tail.value)) from \(tail.threshold) steps on): "
                    + "below 3, E[D^3] is infinite for such a law, so slot_load_stddev is set by the longest requests seen "
                    + "and grows with the trace; cap max_tokens, or size with a margin")
        } else if let error = loadStandardDeviation.standardError, error > 0.1 * loadStandardDeviation.value {
            warnings.append(
                "slot_load_stddev is known to "
                    + "\(Self.short(100 * error / loadStandardDeviation.value)) % only "
                    + "(one standard error): a longer trace is needed")
        }
        return warnings
    }

    private static func short(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        guard abs(tenths) < 1e15 else { return "\(value)" }
        return "\(Int(tenths) / 10).\(abs(Int(tenths)) % 10)"
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
