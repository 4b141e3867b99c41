import Text

/// What was counted over the rows of a trace that its reader ought to know.
struct RowNotes: Sendable {
    /// A count with its sum.
    struct Lengths: Hashable, Sendable {
        private(set) var count = 0
        private(set) var sum = 0

        mutating func add(_ length: Int) {
            count += 1
            sum &+= length
        }

        var mean: Double? { count > 0 ? Double(sum) / Double(count) : nil }
    }

    /// Requests that failed after they had given tokens.
    var failedWithOutput = 0
    /// Lengths of rows whose other length could not be read.
    var lostPrompts = Lengths()
    var lostOutputs = Lengths()
    /// Rows with a total, and those with another one than their lengths give.
    var totals = 0
    private(set) var disagreements = 0
    private var firstDisagreement: (line: Int, total: Int, sum: Int)?
    var promptPoints = PointEvidence()
    var outputPoints = PointEvidence()
    /// Rows with an identifier, and those whose identifier stood in a row before.
    var identified = 0
    private(set) var repeated = 0
    private var firstRepeated: (line: Int, text: String)?
    var retries = 0

    mutating func disagree(line: Int, total: Int, sum: Int) {
        disagreements += 1
        if firstDisagreement == nil { firstDisagreement = (line, total, sum) }
    }

    mutating func repeatedIdentifier(_ text: Span<UInt8>, line: Int) {
        repeated += 1
        if firstRepeated == nil { firstRepeated = (line, RowValue.excerpt(text)) }
    }

    /// A sentence for what may be a thousand times too small; `nil` where nothing is.
    ///
    /// - Parameter rows: usable rows.
    func ambiguity(rows: Int, place: String) -> String? {
        for points in [promptPoints, outputPoints] where points.isAmbiguous(among: rows) {
            guard let first = points.first else { continue }
            return "\(place.capitalizedFirst) \(first.line) has the length \"\(first.text)\", which is ambiguous: "
                + "\(points.doubtful) of \(rows) rows have a point before three digits and the others have none, so the point "
                + "looks like a thousands separator. Write the lengths as plain whole numbers (without separators)."
        }
        return nil
    }

    /// - Parameters:
    ///   - names: how the trace calls its columns.
    ///   - place: `line` or `row`.
    func warnings(
        rows: Int, skipped: SkippedRows, means: (prefill: Double, output: Double), names: (ColumnRole) -> String,
        place: String, hasForgotten: Bool
    ) -> [Warning] {
        var warnings: [Warning] = []
        if let first = firstDisagreement {
            warnings.append(
                Warning(
                    code: "total_disagrees",
                    detail:
                        "\(disagreements) of \(totals) rows have a \(names(.total)) that differs from prompt and output together (first in "
                        + "\(place) \(first.line): \(first.total) against \(first.sum)): tokens may stand in a column that is not read.",
                    pointer: "/read"))
        }
        if let first = firstRepeated {
            warnings.append(
                Warning(
                    code: "ids_repeat",
                    detail:
                        "\(repeated) of \(identified) rows repeat the id of a row before (first \"\(first.text)\" in \(place) \(first.line)"
                        + (hasForgotten ? "; only the last 131,072 ids and more were compared" : "")
                        + "), and each is counted as a request. If these are the chunks or attempts of one request, keep its last row only.",
                    pointer: "/requests"))
        }
        let failed = skipped.tallies.first { $0.reason == .failed }?.rows ?? 0
        if failed + failedWithOutput > 0 {
            var detail =
                "\(failed + failedWithOutput) of \(rows) rows failed or were cancelled, by their \(names(.status))"
            if failed > 0 { detail += "; \(failed) without output are left out" }
            if failedWithOutput > 0 {
                detail += "; \(failedWithOutput) with output are counted, since they held a slot"
            }
            warnings.append(Warning(code: "failed_requests", detail: detail + ".", pointer: "/skipped"))
        }
        if retries > 0 {
            warnings.append(
                Warning(
                    code: "retries",
                    detail:
                        "\(retries) of \(rows) rows are retries by their \(names(.attempt)): every attempt is counted as a request. Leave out "
                        + "those whose first attempt was not served.", pointer: "/requests"))
        }
        for (reason, code, words) in [
            (SkippedRows.Reason.warmUp, "warm_up_left_out", "are of the warm-up and left out"),
            (.summary, "summary_rows_left_out", "are totals or means of others and left out"),
            (.otherRecord, "other_records_left_out", "are records of another kind, without lengths, and left out"),
        ] {
            guard let tally = skipped.tallies.first(where: { $0.reason == reason }) else { continue }
            warnings.append(
                Warning(
                    code: code,
                    detail: "\(tally.rows) of \(rows) rows \(words) (first in \(place) \(tally.lines.first ?? 0)).",
                    pointer: "/skipped"))
        }
        if let bias = bias(means, lost: skipped.lost) { warnings.append(bias) }
        return warnings
    }

    /// Whether the rows that were lost had other lengths than those that were read.
    private func bias(_ means: (prefill: Double, output: Double), lost: Int) -> Warning? {
        for (lengths, mean, name) in [
            (lostPrompts, means.prefill, "prompts"), (lostOutputs, means.output, "outputs"),
        ] {
            guard lengths.count >= 5, let other = lengths.mean, mean > 0, other > 1.5 * mean || other < mean / 1.5
            else { continue }
            return Warning(
                code: "skipped_rows_differ",
                detail:
                    "The \(lost) rows that were left out are not like the others: where their \(name) can be read, these have "
                    + "\(Figure.short(other)) tokens in the mean, those of the rows that were read \(Figure.short(mean)).",
                pointer: "/skipped")
        }
        return nil
    }
}

extension String {
    /// With a capital.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
