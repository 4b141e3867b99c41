import Text

/// The rows of a trace, added up: what the reader keeps of them.
struct TraceTable: Sendable {
    private let options: TraceOptions
    var rules = RowRules()
    private var histogram = HistogramCounter()
    private var skipped = SkippedRows()
    private var activity: TraceActivity
    /// Whether arrivals, sessions or prefixes are gathered.
    private(set) var hasActivity = false
    /// `nil` where nobody replays the trace.
    private(set) var timetable: RequestTimetable?
    private let keepsTimes: Bool
    private var course = LengthCourse()
    /// Requests that give no decode step: without output, or with one token that comes from prefill.
    private var withoutSteps = 0
    /// Rows read so far, usable or not.
    private(set) var rows = 0
    /// Whether the members of a benchmark's summary were seen.
    var sawRunTotal = false
    /// Whether lengths stood in arrays of one object, whose other members tell of all its requests.
    var isByColumns = false
    private var secondHeaders = (count: 0, line: 0)
    private var swallowed = (rows: 0, records: 0, first: 0, last: 0)

    init(options: TraceOptions) {
        self.options = options
        activity = TraceActivity(timeUnit: options.timeUnit, blockTokens: options.blockTokens)
        keepsTimes = options.keptRequests != nil
        timetable = options.keptRequests.map { RequestTimetable(limit: $0) }
    }

    /// Begins to gather arrivals, sessions and prefixes.
    ///
    /// - Parameter arrival: how the trace calls the times.
    mutating func beginActivity(arrival: String?) {
        guard !hasActivity else { return }
        hasActivity = true
        if options.timeUnit == nil { activity.name(timeUnit: arrival.flatMap(Self.unit)) }
    }

    /// The unit that a name tells, as `arrival_ms` or `startTimeUnixNano`.
    private static func unit(of name: String) -> TimeUnit? {
        let spelling = NameTable.spelling(Array(name.utf8).span)
        return spelling.hasSuffix("unixnano") ? .nanoseconds : TimeUnit(titled: name)
    }

    // MARK: Rows

    /// Takes what a row came to.
    ///
    /// - Parameter lost: how many rows are lost where this one is.
    mutating func take(
        _ outcome: RowRules.Outcome, _ fields: borrowing RowFields, in text: Span<UInt8>, line: Int, rows lost: Int = 1
    ) {
        switch outcome {
        case .lengths(let prefill, let output, let cached):
            add(prefill: prefill, output: output, cached: cached, fields, in: text)
        case .skipped(let reason):
            rows += lost
            skipped.add(reason, line: line, rows: lost)
        case .repeated: break
        }
    }

    /// Counts a request; its decode steps.
    @inline(always)
    private mutating func count(prefill: Int, output: Int) -> Int {
        rows += 1
        course.add(prefill: prefill, output: output)
        let steps = options.firstTokenFromPrefill ? max(0, output - 1) : output
        if steps > 0 {
            histogram.add(prefill: prefill, decode: steps)
        } else {
            withoutSteps += 1
        }
        return steps
    }

    /// Adds a request of which nothing is known but its lengths, its arrival and the blocks of its prompt.
    ///
    /// - Parameter arrival: where the time stands in `text`; empty without one.
    @inline(always)
    mutating func add(
        prefill: Int, output: Int, arrival: Range<Int>, in text: Span<UInt8>, blocks: Span<UInt64>
    ) {
        let steps = count(prefill: prefill, output: output)
        guard hasActivity else {
            if steps > 0 { activity.add(prefill: prefill, decode: steps) }
            return
        }
        let time = activity.add(prefill: prefill, decode: steps, arrival: arrival, in: text, blocks: blocks)
        // Asked of a value of its own: to look into the timetable is to copy it.
        if keepsTimes { timetable?.add(at: time, prefill: prefill, output: output, cached: nil, row: rows) }
    }

    /// Adds a request.
    mutating func add(
        prefill: Int, output: Int, cached: Int?, _ fields: borrowing RowFields, in text: Span<UInt8>
    ) {
        let steps = count(prefill: prefill, output: output)
        guard hasActivity else {
            if steps > 0 { activity.add(prefill: prefill, decode: steps) }
            return
        }
        var row = RequestRow(prefill: prefill, decode: steps, cached: cached)
        row.arrival = fields.range(.arrival)
        row.session = fields.range(.session)
        row.turn = fields.range(.turn)
        row.parent = fields.range(.parent)
        row.identifier = fields.range(.identifier)
        row.hashIDs = fields.range(.hashIDs)
        let time = activity.add(row, in: text)
        timetable?.add(at: time, prefill: prefill, output: output, cached: cached, row: rows)
    }

    mutating func secondHeader(line: Int) {
        if secondHeaders.count == 0 { secondHeaders.line = line }
        secondHeaders.count += 1
    }

    mutating func swallowed(_ rows: Int, from first: Int, to last: Int) {
        if swallowed.records == 0 { (swallowed.first, swallowed.last) = (first, last) }
        swallowed.records += 1
        swallowed.rows += rows
    }

    /// Whether a row may be a total of those before it, by its lengths.
    @inline(__always)
    func mayBeTotal(prefill: Int, output: Int) -> Bool { course.mayBeTotal(prefill: prefill, output: output) }

    /// The same of what a row came to.
    func mayBeTotal(_ outcome: RowRules.Outcome) -> Bool {
        guard case .lengths(let prefill, let output, _) = outcome else { return false }
        return mayBeTotal(prefill: prefill, output: output)
    }

    // MARK: The end

    /// Why the rows so far, with none usable, are enough; `nil` where one was usable, or few were read.
    func hopeless(place: String) -> InvalidInput? {
        guard rows >= TraceParser.hopelessRows, activity.sums.count == 0, withoutSteps == 0, skipped.lost == rows else {
            return nil
        }
        return Self.failure("None of the first \(rows) rows can be used: \(reasons(place)).")
    }

    /// - Throws: `InvalidInput` where the trace cannot be used.
    func finish(_ columns: TraceColumns, place: String, lines: Int) throws(InvalidInput) -> TraceSummary {
        try refuse(columns, place: place)
        let sums = activity.sums
        let n = Double(max(1, sums.count))
        var warnings = columns.warnings
        warnings += rules.notes.warnings(
            rows: rows, skipped: skipped,
            means: (sums.moments.lengths[1][0], sums[1].double / n), names: { columns.name(of: $0) }, place: place,
            hasForgotten: rules.hasForgottenIdentifiers)
        warnings += assumptions(columns)
        warnings += course.warnings
        if !isByColumns, let period = columns.period { warnings.append(ReadingWarnings.period(period)) }
        if swallowed.records > 0 {
            warnings.append(
                Warning(
                    code: "swallowed_rows",
                    detail:
                        "A quoted field spans lines \(swallowed.first) to \(swallowed.last), and lines within it look like rows"
                        + (swallowed.records > 1 ? "; so do \(swallowed.records - 1) more" : "")
                        + ": \(swallowed.rows) rows may be lost to a stray quote.", pointer: "/skipped"))
        }
        if secondHeaders.count > 0 {
            warnings.append(
                Warning(
                    code: "second_header",
                    detail:
                        "\(secondHeaders.count) further header\(secondHeaders.count == 1 ? "" : "s") (first in line \(secondHeaders.line)): rows are "
                        + "read by the header above them.", pointer: "/read"))
        }
        var summary = TraceSummary(
            sums: sums, histogram: JointHistogram(histogram), emptyOutputs: withoutSteps, lines: lines,
            skipped: skipped,
            firstTokenFromPrefill: options.firstTokenFromPrefill)
        summary.activity = hasActivity ? activity.finish() : nil
        if var timetable {
            try timetable.finish()
            summary.timetable = timetable
        }
        summary.reading = TraceReading(format: columns.format, columns: columns.read, warnings: warnings)
        return summary
    }

    private func refuse(_ columns: TraceColumns, place: String) throws(InvalidInput) {
        let summaries = skipped.tallies.first { $0.reason == .summary }?.rows ?? 0
        if summaries > 1, 2 * summaries >= rows {
            throw Self.failure(
                "\(summaries) of \(rows) rows are counts, means or quantiles, as describe() writes them: this is a summary and no "
                    + "trace. Export the rows themselves.")
        }
        if sawRunTotal, activity.sums.count == 0 {
            throw Self.failure(
                "This is the summary of a benchmark, without the lengths of its requests (input_lens and output_lens, or rows). Run "
                    + "it with --save-detailed (vLLM) or --output-details (SGLang), or export the rows.")
        }
        guard rows > 0 else { throw Self.failure("The trace has no rows.") }
        guard activity.sums.count + withoutSteps > 0 else {
            throw Self.failure("None of the \(rows) rows can be used: \(reasons(place)).\(columns.advice)")
        }
        guard skipped.lost <= rows / 2 else {
            throw Self.failure(
                "\(skipped.lost) of \(rows) rows cannot be used, more than half: \(reasons(place)).\(columns.advice)")
        }
        if let ambiguity = rules.notes.ambiguity(rows: rows, place: place) { throw Self.failure(ambiguity) }
        if course.endsInTotal {
            throw Self.failure(
                "The last row is the sum of all \(rows - 1) rows above it, in both lengths: a total and no request. Remove it."
            )
        }
        if course.beginsWithTotal {
            throw Self.failure(
                "The first row is the sum of all \(rows - 1) rows below it, in both lengths: a total and no request. Remove it."
            )
        }
        if let line = rules.repetitions.refusedLine {
            throw Self.repeated(columns.name(of: .repetitions), "\(place) \(line)")
        }
        guard activity.sums.count > 0 else {
            throw Self.failure(
                "None of the \(withoutSteps) requests decodes: they have no output"
                    + (options.firstTokenFromPrefill ? ", or one token, which comes from prefill." : "."))
        }
    }

    private func assumptions(_ columns: TraceColumns) -> [Warning] {
        var warnings: [Warning] = []
        if rules.cacheAssumed > 0, rules.cache == nil {
            let caches = [ColumnRole.cacheRead, .cacheWritten].map { columns.name(of: $0) }.filter { !$0.isEmpty }
            warnings.append(
                Warning(
                    code: "cache_columns_assumed",
                    detail: rules.promptLeavesCacheOut
                        ? "\(ReadingWarnings.list(caches)) are added to \(columns.name(of: .prefill)), as that format means them: the cache holds them all."
                        : "\(ReadingWarnings.list(caches)) are taken for a part of \(columns.name(of: .prefill)). If they stand beside it, add them up "
                            + "before.", pointer: "/read/columns"))
        }
        if rules.reasoningAssumed > 0, rules.reasoning == nil {
            warnings.append(
                Warning(
                    code: "reasoning_assumed",
                    detail:
                        "\(columns.name(of: .reasoning)) is taken for a part of \(columns.name(of: .decode)), as most APIs mean it; no total tells. "
                        + "If it stands beside it, there are more decode steps: add the two up before.",
                    pointer: "/read/columns"))
        }
        return warnings
    }

    private func reasons(_ place: String) -> String {
        skipped.tallies.map { tally in
            let lines = tally.lines.map(String.init).joined(separator: ", ")
            return "\(tally.reason.rawValue) in \(tally.rows) (first in \(place) \(lines))"
        }.joined(separator: "; ")
    }

    /// - Parameter place: where the first such row stands.
    static func repeated(_ name: String, _ place: String) -> InvalidInput {
        failure(
            "The column \"\(name)\" says that rows stand for several requests (first in \(place)), and a row is read as one request. "
                + "Expand them to one row a request. Where each row is one request all the same, leave the column out, or name both "
                + "prefill_column and decode_column.")
    }

    private static func failure(_ sentence: String) -> InvalidInput { InvalidInput(field: "", rule: sentence) }
}

/// How a trace calls what was read.
struct TraceColumns {
    let format: String
    let read: [TraceReading.Column]
    let warnings: [Warning]
    /// What to do where no row can be used; with a space before it.
    let advice: String
    private let names: [ColumnRole: String]

    init(format: TraceFormat, header: CSVHeader?, json: JSONRow) {
        self.format = format.name
        var names: [ColumnRole: String] = [:]
        if let header {
            read = header.read
            warnings = header.warnings
            advice = ""
            for role in ColumnRole.allCases { names[role] = header.title(role) }
        } else {
            for role in ColumnRole.allCases { names[role] = json.name(of: role) }
            read = json.columns.compactMap { column in
                guard let title = column.role.title, names[column.role] == column.path else { return nil }
                return TraceReading.Column(name: column.path, role: title)
            }
            warnings = json.warnings
            advice = names[.prefill] == nil || names[.decode] == nil ? json.advice : ""
        }
        self.names = names
    }

    /// The column that names a stretch of time in place of a moment; `nil` where there is none, or a moment stands beside it.
    var period: String? {
        let period = name(of: .period)
        return !period.isEmpty && name(of: .arrival).isEmpty ? period : nil
    }

    /// The name of what is read as `role`; empty where nothing is.
    func name(of role: ColumnRole) -> String {
        let roles: [ColumnRole] = role == .status ? [.status, .success, .failure] : [role]
        return roles.lazy.compactMap { names[$0] }.first ?? ""
    }
}
