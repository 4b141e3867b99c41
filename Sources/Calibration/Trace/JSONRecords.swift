import Text

/// Reads the records of a trace of JSON: objects that are rows, or columns, or that hold rows; lines that are written as those before
/// them in one pass, and the others with care.
struct JSONRecords: Sendable {
    /// So many rows are looked at for the labels of a table of means or quantiles, whatever their lengths.
    private static let labelledRows = 16
    /// How deep rows may stand in objects that hold rows.
    private static let maximumDepth = 6

    /// Where a record stands: in a line, or, where rows are not by lines, by its number.
    struct Place {
        let number: Int
        let isLine: Bool

        var word: String { isLine ? "line" : "row" }
    }

    private let options: TraceOptions
    private(set) var row: JSONRow
    private var patterns = JSONPatterns()
    /// Whether the rules know what the prompt is called.
    private var hasNamedPrompt = false

    init(options: TraceOptions, names: NameTable) {
        self.options = options
        row = JSONRow(names: names, options: options)
    }

    /// Takes a record with care.
    mutating func take(_ record: Span<UInt8>, _ place: Place, into table: inout TraceTable) throws(InvalidInput) {
        var fields = RowFields()
        guard row.read(record, into: &fields) else {
            return table.take(.skipped(.malformed), fields, in: record, line: place.number)
        }
        let isRow = try takeObject(record, &fields, isFailed: false, depth: 0, place, &table)
        if place.isLine, isRow, table.rows > Self.labelledRows { patterns.learn(record, fields) }
    }

    /// Takes the object that `fields` was read from: a row, columns, or what holds rows.
    ///
    /// - Returns: whether it is a row; `fields` are then still its own.
    private mutating func takeObject(
        _ record: Span<UInt8>, _ fields: inout RowFields, isFailed: Bool, depth: Int, _ place: Place,
        _ table: inout TraceTable
    ) throws(InvalidInput) -> Bool {
        if fields.has(.prefill), fields.has(.decode), fields[.prefill].kind == .array, fields[.decode].kind == .array {
            try takeColumns(record, &fields, place, &table)
            return false
        }
        if !fields.has(.prefill), !fields.has(.decode), depth < Self.maximumDepth {
            let rows = JSONWrapping.rows(in: record)
            for inner in rows {
                let text = record.extracting(inner.range)
                guard row.read(text, into: &fields) else {
                    table.take(.skipped(.malformed), fields, in: text, line: place.number)
                    continue
                }
                _ = try takeObject(
                    text, &fields, isFailed: isFailed || inner.isFailed, depth: depth + 1, place, &table)
            }
            if !rows.isEmpty { return false }
            if fields.has(.runTotal) { table.sawRunTotal = true }
        }
        beginRow(fields, &table)
        let outcome = table.rules.outcome(fields, in: record, isFailed: isFailed, line: place.number)
        try settle(outcome, fields, in: record, record, place, &table)
        return true
    }

    private mutating func takeColumns(
        _ record: Span<UInt8>, _ fields: inout RowFields, _ place: Place, _ table: inout TraceTable
    ) throws(InvalidInput) {
        beginRow(fields, &table)
        table.isByColumns = true
        guard var columns = JSONColumns(fields, in: record) else {
            throw InvalidInput(
                field: "",
                rule: "The columns of prefill and decode lengths must have as many elements as each other.")
        }
        while columns.next(record, into: &fields) {
            let outcome = table.rules.outcome(fields, in: record, line: place.number)
            if case .repeated = outcome { throw repeated(place) }
            table.take(outcome, fields, in: record, line: place.number)
        }
    }

    /// Learns from the first rows what the prompt and the arrivals are called.
    private mutating func beginRow(_ fields: borrowing RowFields, _ table: inout TraceTable) {
        if fields.present & ColumnRole.activityMask != 0, !table.hasActivity {
            table.beginActivity(arrival: row.name(of: .arrival))
        }
        guard options.prefillColumn == nil, !hasNamedPrompt, let prompt = row.name(of: .prefill) else { return }
        hasNamedPrompt = true
        let key = prompt.split(separator: "/").last.map { Array($0.utf8) } ?? []
        table.rules.promptLeavesCacheOut = Vocabulary.withoutCache.contains(NameTable.spelling(key.span))
    }

    /// Takes what a row came to.
    ///
    /// - Parameters:
    ///   - text: what `fields` point into.
    ///   - record: the row's part of it.
    private func settle(
        _ outcome: RowRules.Outcome, _ fields: borrowing RowFields, in text: Span<UInt8>, _ record: Span<UInt8>,
        _ place: Place, _ table: inout TraceTable
    ) throws(InvalidInput) {
        var outcome = outcome
        if table.rows < Self.labelledRows || table.mayBeTotal(outcome), case .lengths = outcome,
            SummaryLabel.labels(record)
        {
            outcome = .skipped(.summary)
        }
        if case .repeated = outcome { throw repeated(place) }
        table.take(outcome, fields, in: text, line: place.number)
    }

    private func repeated(_ place: Place) -> InvalidInput {
        TraceTable.repeated(row.name(of: .repetitions) ?? "", "\(place.word) \(place.number)")
    }

    // MARK: Plain lines

    /// Takes the lines from `start` on, where one begins, that are written as others before them.
    ///
    /// - Parameter line: the line's number; that of the next one behind what was taken.
    /// - Returns: where the first line begins that is to be read with care.
    mutating func takePlainLines(
        _ bytes: Span<UInt8>, from start: Int, line: inout Int, into table: inout TraceTable
    ) throws(InvalidInput) -> Int {
        var plain = PlainRow()
        var start = start
        while let pattern = patterns.pattern(of: bytes, from: start, into: &plain) {
            repeat {
                guard plain.next - 1 - start <= options.maximumLine else { return start }
                if pattern.isDetailed {
                    let record = bytes.extracting(start..<plain.end)
                    try judge(plain, pattern, in: bytes, record, Place(number: line, isLine: true), &table)
                } else {
                    guard !table.mayBeTotal(prefill: plain.prefill, output: plain.decode) else { return start }
                    let blocks = plain.blocks.ids.span.extracting(first: plain.blocks.count)
                    table.add(
                        prefill: plain.prefill, output: plain.decode, arrival: plain.arrival, in: bytes,
                        blocks: blocks)
                }
                row.countRow()
                line += 1
                start = plain.next
            } while pattern.read(bytes, from: start, into: &plain)
        }
        return start
    }

    /// Takes a plain line that has further columns.
    private func judge(
        _ plain: borrowing PlainRow, _ pattern: JSONPattern, in bytes: Span<UInt8>, _ record: Span<UInt8>,
        _ place: Place, _ table: inout TraceTable
    ) throws(InvalidInput) {
        let outcome: RowRules.Outcome =
            pattern.needsRules
            ? table.rules.outcome(plain.fields, in: bytes, line: place.number)
            : .lengths(prefill: plain.prefill, output: plain.decode, cached: nil)
        if case .lengths(let prefill, let output, let cached) = outcome, !table.mayBeTotal(outcome) {
            return table.add(prefill: prefill, output: output, cached: cached, plain.fields, in: bytes)
        }
        try settle(outcome, plain.fields, in: bytes, record, place, &table)
        if let refusal = table.hopeless(place: place.word) { throw refusal }
    }
}
