import Glibc
import Sizing
import Text

/// Attention's line at any batch size, from the lines measured at some, where latency depends on the batch beyond the load.
public struct BatchLines: Hashable, Sendable {
    /// The line of the samples of one batch.
    public struct Entry: Hashable, Sendable {
        /// Requests, greater than 0.
        public let batch: Double
        public let line: LatencyLine
        public let errors: InputErrors.Line

        public init(batch: Double, line: LatencyLine, errors: InputErrors.Line) {
            self.batch = batch
            self.line = line
            self.errors = errors
        }
    }

    /// By rising batch; two or more.
    private let entries: [Entry]

    /// `nil` with fewer than two different batches greater than 0; of entries with the same batch the last counts.
    public init?(_ entries: [Entry]) {
        let distinct = Dictionary(entries.map { ($0.batch, $0) }) { $1 }.values.filter { $0.batch > 0 }
        guard distinct.count >= 2 else { return nil }
        self.entries = distinct.sorted { $0.batch < $1.batch }
    }

    /// `nil` with fewer than two lines that have no negative coefficient and errors within double precision.
    init?(_ lines: [StageCalibration.BatchLine]) {
        self.init(
            lines.compactMap { group in
                guard let line = try? LatencyLine(alpha: group.line.alpha.value, beta: group.line.beta.value) else {
                    return nil
                }
                guard let errors = InputErrors.Line(group.line),
                    (errors.alpha + errors.beta + errors.covariance).isFinite
                else {
                    return nil
                }
                return Entry(batch: group.batch, line: line, errors: errors)
            })
    }

    /// The lines with all latencies multiplied.
    ///
    /// A coefficient that this would take out of range stays at the bound.
    func scaled(by factor: Double) -> BatchLines? {
        BatchLines(
            entries.compactMap { entry in
                let bound = SizingLimits.maximumCoefficient
                guard
                    let line = try? LatencyLine(
                        alpha: min(bound, entry.line.alpha * factor), beta: min(bound, entry.line.beta * factor))
                else { return nil }
                return Entry(batch: entry.batch, line: line, errors: entry.errors.scaled(by: factor))
            })
    }

    /// The line for `batchSize` requests, with its errors: between two measured batches, α and β linearly in the logarithm of
    /// the batch; beyond them those of the nearest.
    ///
    /// - Throws: never for entries whose coefficients are in range, because a mean of two is too.
    public func line(batchSize: Int) throws(InvalidInput) -> (line: LatencyLine, errors: InputErrors.Line) {
        let batch = Double(batchSize)
        let above = entries.firstIndex { $0.batch >= batch } ?? entries.count - 1
        let below = entries[above].batch > batch ? max(0, above - 1) : above
        let (low, high) = (entries[below], entries[above])
        let share = above == below ? 0 : log(batch / low.batch) / log(high.batch / low.batch)
        let (a, b) = (1 - share, share)
        return (
            try LatencyLine(
                alpha: a * low.line.alpha + b * high.line.alpha, beta: a * low.line.beta + b * high.line.beta),
            // Samples of different batches are independent: variances add, with the squares of the weights.
            InputErrors.Line(
                alpha: hypot(a * low.errors.alpha, b * high.errors.alpha),
                beta: hypot(a * low.errors.beta, b * high.errors.beta),
                covariance: a * a * low.errors.covariance + b * b * high.errors.covariance)
        )
    }
}
