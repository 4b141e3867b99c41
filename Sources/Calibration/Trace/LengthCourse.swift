import Text

/// How the lengths go from row to row: tells counters, and a last row that is the sum of the others.
struct LengthCourse: Hashable, Sendable {
    private var rows = 0
    private var last = (prefill: 0, output: 0)
    /// Sums of all rows; they wrap beyond 2^63, after 9e9 rows of the longest length.
    private var sums = (prefill: 0, output: 0)
    /// Steps at which both lengths rise, and at which both fall to less than a tenth.
    private var rises = 0
    private var resets = 0
    /// Whether the two ever go another way: then they are no counters.
    private var isFree = false
    private var first = (prefill: 0, output: 0)
    private var longest = (prefill: 0, output: 0)
    /// Rows that were the sum of those before them, and the number of rows and ``sums`` behind the last one.
    private var sumRows = 0
    private var summed = (rows: 0, prefill: 0, output: 0)
    /// Sums below are met by chance.
    private static let leastSum = 64

    @inline(__always)
    mutating func add(prefill: Int, output: Int) {
        if rows == 0 {
            first = (prefill, output)
        } else if !isFree {
            step(prefill, output)
        }
        let isSum = isOpenSum(prefill, output)
        rows += 1
        last = (prefill, output)
        longest = (max(longest.prefill, prefill), max(longest.output, output))
        sums.prefill &+= prefill
        sums.output &+= output
        if isSum {
            sumRows += 1
            summed = (rows, sums.prefill, sums.output)
        }
    }

    /// Whether a row is the sum of those since the last such row.
    @inline(__always)
    private func isOpenSum(_ prefill: Int, _ output: Int) -> Bool {
        prefill == sums.prefill &- summed.prefill && output == sums.output &- summed.output
            && rows - summed.rows >= 3 && prefill &+ output >= Self.leastSum
    }

    /// Whether a row may be a total of those before it, by its lengths: none was longer in either.
    @inline(__always)
    func mayBeTotal(prefill: Int, output: Int) -> Bool {
        rows >= 2 && prefill >= longest.prefill && output >= longest.output
    }

    private mutating func step(_ prefill: Int, _ output: Int) {
        if prefill > last.prefill, output > last.output {
            rises += 1
        } else if prefill < last.prefill / 10, output < last.output / 10 {
            resets += 1
        } else if prefill < last.prefill || output < last.output {
            isFree = true
        }
    }

    /// Whether the last row is the sum of all those before it.
    var endsInTotal: Bool {
        rows >= 3 && last.prefill > 0 && last.output > 0 && sums.prefill == 2 &* last.prefill
            && sums.output == 2 &* last.output && last.prefill &+ last.output >= Self.leastSum
    }

    /// Whether the first row is the sum of all those behind it.
    var beginsWithTotal: Bool {
        rows >= 4 && first.prefill > 0 && first.output > 0 && sums.prefill == 2 &* first.prefill
            && sums.output == 2 &* first.output && first.prefill &+ first.output >= Self.leastSum
    }

    /// What there is to say of rows that are the sums of those before them, and of how lengths go.
    var warnings: [Warning] {
        var warnings: [Warning] = []
        if let warning { warnings.append(warning) }
        if sumRows > 0 {
            warnings.append(
                Warning(
                    code: "rows_may_be_sums",
                    detail:
                        "\(sumRows) of \(rows) rows \(sumRows == 1 ? "is" : "are") the sum of the rows above, in both lengths, and counted as "
                        + "\(sumRows == 1 ? "a request" : "requests"): leave out totals and subtotals.",
                    pointer: "/requests"))
        }
        if rows > 0, warning == nil {
            let (prompt, output) = (Double(sums.prefill) / Double(rows), Double(sums.output) / Double(rows))
            if prompt > Self.longPrompt || output > Self.longOutput {
                warnings.append(
                    Warning(
                        code: "lengths_implausible",
                        detail:
                            "Prompts have \(Figure.short(prompt)) tokens in the mean and outputs \(Figure.short(output)), which is beyond what "
                            + "models are asked for: rows may be totals of many requests (of a day, a user or a model). Give a row for each "
                            + "request.", pointer: "/prefill"))
            }
        }
        return warnings
    }

    /// Means that no service has had: a quarter of the longest contexts, and what reasoning models give at most.
    private static let longPrompt = 262_144.0
    private static let longOutput = 32_768.0

    /// Whether both lengths grow from row to row, as counters do; `nil` where they do not.
    var warning: Warning? {
        let steps = rows - 1
        guard !isFree, steps >= 4, 2 * rises >= steps, resets <= max(1, steps / 10) else { return nil }
        return Warning(
            code: "lengths_only_grow",
            detail:
                "Both lengths only grow from row to row, over \(rows) rows: these look like cumulative counters of a service and not like "
                + "requests. Give a row for each request, or histograms of the lengths.", pointer: "/requests")
    }

    static func == (a: LengthCourse, b: LengthCourse) -> Bool {
        a.rows == b.rows && a.last == b.last && a.sums == b.sums && a.rises == b.rises && a.resets == b.resets
    }

    func hash(into hasher: inout Hasher) { hasher.combine(rows) }
}

/// A column that says how many requests a row stands for: tells such a count from the number of the row.
///
/// Rows of one request have a one each. A column that goes up by one from row to row, from zero or one on, numbers the rows; a table of
/// counts that does so over more than a few rows is not to be expected.
struct RepetitionCourse: Hashable, Sendable {
    private var rows = 0
    private var first = 0
    private var areOnes = true
    private var areNumbers = true
    private var firstOther: Int?
    /// Fewer rows are no numbering.
    private static let leastRows = 4

    /// Takes the field of the next row.
    ///
    /// - Returns: whether it says that rows stand for several requests, or for a part of one.
    mutating func isRefused(_ text: Span<UInt8>, line: Int) -> Bool {
        switch ParsedLength(text) {
        case .tokens(let count):
            if rows == 0 {
                first = count
                areNumbers = count <= 1
            }
            areNumbers = areNumbers && count == first + rows
            areOnes = areOnes && count == 1
            rows += 1
            if count != 1, firstOther == nil { firstOther = line }
            return !areOnes && !areNumbers
        case .unusable(.fractional), .unusable(.tooLarge): return true
        case .unusable: return false
        }
    }

    /// Where the first row stands that is of several requests; `nil` where none is.
    var refusedLine: Int? { areOnes || rows >= Self.leastRows ? nil : firstOther }
}
