import Text

/// Reads a trace in pieces of any size, in bounded memory: the result depends on the bytes alone, not on how they were cut.
///
/// A row that cannot be used is counted by reason. The trace is refused where more than half of its rows are unusable, where
/// the first ``hopelessRows`` all are, where a line is too long, where the header does not name the columns, or where rows stand for
/// several requests. After an error the parser must not be fed further.
public struct TraceParser: Sendable {
    /// With so many rows read and none usable, the rest is not waited for.
    public static let hopelessRows = 1000
    /// So many rows of JSON are looked at for the labels of a table of means or quantiles, whatever their lengths.
    private static let labelledRows = 16
    /// How deep rows may stand in JSON objects that hold rows.
    private static let maximumDepth = 6

    public let format: TraceFormat
    public let options: TraceOptions
    private let names: NameTable
    private var splitter: RecordSplitter
    /// The beginning of a record whose end has not come yet.
    private var pending: [UInt8] = []
    private var preamble = CSVPreamble()
    private var header: CSVHeader?
    /// Whether the first record of CSV was taken.
    private var isBegun = false
    private var json: JSONRow
    private var table: TraceTable
    /// Records ended, a header included.
    private var records = 0
    /// Further line ends, within quotes, of the records before.
    private var extraLines = 0
    private var hasBegun = false
    /// Whether JSON objects follow each other over several lines, or stand in an array in a file of lines.
    private var isByLines: Bool
    /// Whether the rules know what the prompt is called.
    private var hasNamedPrompt = false
    private var fields = RowFields()
    private var patterns = JSONPatterns()
    /// What a row came to that was given back by the reader of plain rows.
    private var ruled: (line: Int, outcome: RowRules.Outcome)?
    /// Whether ``fields`` are those of the last record, and not of rows within it.
    private var isRecordRow = false

    public init(format: TraceFormat, options: TraceOptions = TraceOptions()) {
        self.format = format
        self.options = options
        names = NameTable(options: options)
        splitter = RecordSplitter(format)
        json = JSONRow(names: names, options: options)
        table = TraceTable(options: options)
        isByLines = format != .jsonRows
    }

    /// Rows read so far, usable or not.
    public var rowCount: Int { table.rows }

    /// Bytes of the requests that are kept for a replay.
    public var timetableMemory: Int { table.timetable?.memory ?? 0 }

    /// Takes the next bytes.
    ///
    /// - Throws: `InvalidInput`, whose `rule` is a sentence, where the trace cannot be used.
    public mutating func feed(_ bytes: Span<UInt8>) throws(InvalidInput) {
        try takeAll(bytes)
        if let refusal = table.timetable?.refusal { throw refusal }
    }

    private mutating func takeAll(_ bytes: Span<UInt8>) throws(InvalidInput) {
        var start = 0
        while true {
            if pending.isEmpty {
                if let header {
                    start = takePlainRows(bytes, from: start, header)
                } else if isByLines {
                    start = takePlainLines(bytes, from: start)
                }
            }
            guard start < bytes.count else { return }
            let (place, verdict) = splitter.scan(bytes, from: start)
            let end = verdict == .lastByte ? place + 1 : place
            guard pending.count + end - start <= options.maximumLine else { throw tooLong }
            if verdict == .illegal { throw notAnArray }
            if verdict == .more {
                pending.append(copying: bytes.extracting(start..<end))
                if !hasBegun, format != .jsonRows, pending.count >= TraceSignature.length,
                    let refusal = TraceSignature.refusal(pending.span.extracting(first: TraceSignature.length))
                {
                    throw refusal
                }
                return
            }
            if pending.isEmpty {
                try take(bytes.extracting(start..<end), isLast: verdict == .last)
            } else {
                pending.append(copying: bytes.extracting(start..<end))
                var record: [UInt8] = []
                swap(&record, &pending)
                try take(record.span, isLast: verdict == .last)
                // What was taken may have left the beginning of another record, where it was read anew.
                if pending.isEmpty {
                    record.removeAll(keepingCapacity: record.capacity <= 1 << 16)
                    swap(&record, &pending)
                }
            }
            start = verdict == .lastByte ? end : end + 1
        }
    }

    /// Ends the trace.
    ///
    /// - Throws: `InvalidInput` where the trace cannot be used.
    public mutating func finish() throws(InvalidInput) -> TraceSummary {
        guard splitter.isComplete else {
            switch format {
            case .csv: throw Self.failure("The last row ends within quotes that opened in line \(line).")
            case .jsonLines where isByLines, .jsonRows:
                throw hasBegun ? Self.failure("The JSON array is not closed.") : notAnArray
            case .jsonLines: throw Self.failure("The last JSON object is not closed.")
            }
        }
        if format != .jsonRows, !pending.isEmpty {
            let record = pending
            pending = []
            try take(record.span, isLast: false)
            if !pending.isEmpty {
                guard splitter.isComplete else { throw Self.failure("The last JSON object is not closed.") }
                let rest = pending
                pending = []
                try take(rest.span, isLast: false)
            }
        }
        if format == .csv, header == nil {
            throw Self.failure("The trace is empty: a header line and rows are needed.")
        }
        return try table.finish(
            TraceColumns(format: format, header: header, json: json), place: place,
            lines: format == .csv ? records + extraLines - (header?.isHeaderless == true ? 0 : 1) : records)
    }

    // MARK: Records

    /// The line that the record being read began at, from 1 (for JSON that is not by lines, the row).
    private var line: Int { records + extraLines + 1 }

    /// What ``line`` counts.
    private var place: String { isByLines ? "line" : "row" }

    private mutating func take(_ bytes: Span<UInt8>, isLast: Bool) throws(InvalidInput) {
        var record = bytes
        let isFirst = !hasBegun
        if isFirst {
            hasBegun = true
            // What stands before the bracket of an array is no record.
            if format == .jsonRows { return }
            if record.count >= 3, record[0] == 0xEF, record[1] == 0xBB, record[2] == 0xBF {
                record = record.extracting(droppingFirst: 3)
            }
            if let refusal = TraceSignature.refusal(record) { throw refusal }
        }
        if record.count > 0, record[record.count - 1] == 0x0D { record = record.extracting(droppingLast: 1) }
        let isBlank = record.isBlank
        if isBlank, format != .jsonRows || (isLast && table.rows == 0) {
            // The first line is still to come.
            if isFirst, format == .jsonLines { hasBegun = false }
            if isByLines { records += 1 }
            return
        }
        switch format {
        case .jsonLines where isFirst && isByLines:
            if let other = Self.layout(record) {
                isByLines = false
                splitter = other
                var again: [UInt8] = []
                again.append(copying: record)
                again.append(0x0A)
                return try feed(again.span)
            }
            try takeJSON(record)
        case .jsonLines, .jsonRows: try takeJSON(record)
        case .csv: try takeCSV(record)
        }
        records += 1
        if let refusal = table.hopeless(after: Self.hopelessRows, place: place) { throw refusal }
    }

    /// How JSON goes on whose first line is no whole object; `nil` for a row a line.
    private static func layout(_ line: Span<UInt8>) -> RecordSplitter? {
        var first: UInt8?
        var last: UInt8 = 0
        for index in line.indices where line[index] > 0x20 {
            if first == nil { first = line[index] }
            last = line[index]
        }
        if first == UInt8(ascii: "[") { return .elements }
        guard first == UInt8(ascii: "{") else { return nil }
        return last == UInt8(ascii: "{") || last == UInt8(ascii: "[") || last == UInt8(ascii: ",") ? .values : nil
    }

    /// What the row in ``fields`` comes to. A row that the reader of plain rows gave back is not judged twice, because rules remember.
    private mutating func rule(_ record: Span<UInt8>, isFailed: Bool = false) -> RowRules.Outcome {
        defer { ruled = nil }
        if let ruled, ruled.line == line { return ruled.outcome }
        return table.rules.outcome(fields, in: record, isFailed: isFailed, line: line)
    }

    /// Adds a row that needs no care, as far as its form tells; false where the reader that takes care is to look at it.
    @inline(__always)
    private mutating func add(_ plain: borrowing PlainRow, in bytes: Span<UInt8>, needsRules: Bool) -> Bool {
        guard needsRules else {
            guard !table.mayBeTotal(prefill: plain.prefill, output: plain.decode) else { return false }
            table.add(prefill: plain.prefill, output: plain.decode, cached: nil, plain.fields, in: bytes)
            return true
        }
        let outcome = table.rules.outcome(plain.fields, in: bytes, line: line)
        // What is to be said of a row is said by the reader that takes care.
        guard case .lengths(let prefill, let output, let cached) = outcome, !mayBeTotal(outcome) else {
            ruled = (line, outcome)
            return false
        }
        table.add(prefill: prefill, output: output, cached: cached, plain.fields, in: bytes)
        return true
    }

    // MARK: CSV

    private mutating func takeCSV(_ record: Span<UInt8>) throws(InvalidInput) {
        let quoted = splitter.quotedLineEnds - extraLines
        defer { extraLines = splitter.quotedLineEnds }
        if header == nil {
            guard !preamble.takes(record, names) else { return }
            let line = record.extracting(preamble.start(of: record)..<record.count)
            begin(try CSVHeader(line, names: names, options: options, delimiter: preamble.delimiter))
        }
        // The first record is a row where there is no header.
        guard let header, header.isHeaderless || isBegun else {
            isBegun = true
            return
        }
        isBegun = true
        if record[0] == UInt8(ascii: "#"), header.titles[0].utf8.first != UInt8(ascii: "#") {
            return
        }
        let isWhole = header.read(record, into: &fields)
        var outcome: RowRules.Outcome = .skipped(.malformed)
        if isWhole { outcome = rule(record) }
        if case .skipped(let reason) = outcome, reason.isLoss, header.isHeader(record, names: names) {
            do throws(InvalidInput) {
                let next = try CSVHeader(record, names: names, options: options, delimiter: header.delimiter)
                table.secondHeader(line: line)
                begin(next)
            } catch {
                throw Self.failure(
                    "Line \(line) is a second header, which does not name the same columns. \(error.rule)")
            }
            return
        }
        if isWhole, header.isSummary(record, mayBeTotal: mayBeTotal(outcome)) { outcome = .skipped(.summary) }
        let swallowed = quoted > 0 ? header.rowsWithin(record) : 0
        if swallowed > 0 { table.swallowed(swallowed, from: line, to: line + quoted) }
        var lost = 1
        if case .skipped = outcome { lost += swallowed }
        if case .repeated = outcome { throw TraceTable.repeated(header.title(.repetitions) ?? "", "line \(line)") }
        table.take(outcome, fields, in: record, line: line, rows: lost)
    }

    private mutating func begin(_ header: CSVHeader) {
        self.header = header
        splitter.setDelimiter(header.delimiter)
        table.rules.promptLeavesCacheOut = header.promptLeavesCacheOut
        if header.hasActivity { table.beginActivity(arrival: header.title(.arrival)) }
    }

    /// Takes the CSV rows that need no care, from the beginning of a row on; where the first other one begins.
    private mutating func takePlainRows(_ bytes: Span<UInt8>, from start: Int, _ header: CSVHeader) -> Int {
        // Local: what is passed on of it is then not copied.
        var plain = PlainRow()
        var start = start
        while header.plainRow(bytes, from: start, into: &plain), plain.next - 1 - start <= options.maximumLine {
            guard add(plain, in: bytes, needsRules: header.needsRules) else { return start }
            records += 1
            start = plain.next
        }
        return start
    }

    // MARK: JSON

    private mutating func takeJSON(_ record: Span<UInt8>) throws(InvalidInput) {
        isRecordRow = false
        guard json.read(record, into: &fields) else { return try take(.skipped(.malformed), record) }
        try takeObject(record, isFailed: false, depth: 0)
        if isByLines, isRecordRow, table.rows > Self.labelledRows { patterns.learn(record, fields) }
    }

    /// Takes the JSON lines that are written as others before them, from the beginning of a line on; where the first other one begins.
    private mutating func takePlainLines(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var plain = PlainRow()
        var start = start
        while let pattern = patterns.pattern(of: bytes, from: start, into: &plain) {
            repeat {
                guard plain.next - 1 - start <= options.maximumLine else { return start }
                guard add(plain, in: bytes, needsRules: pattern.needsRules) else { return start }
                json.countRow()
                records += 1
                start = plain.next
            } while pattern.read(bytes, from: start, into: &plain)
        }
        return start
    }

    /// Takes the object that ``fields`` was read from: a row, columns, or what holds rows.
    private mutating func takeObject(_ record: Span<UInt8>, isFailed: Bool, depth: Int) throws(InvalidInput) {
        if fields.has(.prefill), fields.has(.decode), fields[.prefill].kind == .array, fields[.decode].kind == .array {
            return try takeColumns(record)
        }
        if !fields.has(.prefill), !fields.has(.decode), depth < Self.maximumDepth {
            let rows = JSONWrapping.rows(in: record)
            for row in rows {
                let text = record.extracting(row.range)
                guard json.read(text, into: &fields) else {
                    try take(.skipped(.malformed), text)
                    continue
                }
                try takeObject(text, isFailed: isFailed || row.isFailed, depth: depth + 1)
            }
            if !rows.isEmpty { return }
            if fields.has(.runTotal) { table.sawRunTotal = true }
        }
        beginRow()
        isRecordRow = depth == 0
        var outcome = rule(record, isFailed: isFailed)
        if table.rows < Self.labelledRows || mayBeTotal(outcome), case .lengths = outcome, SummaryLabel.labels(record) {
            outcome = .skipped(.summary)
        }
        try take(outcome, record)
    }

    /// Whether a row may be a total of those before it, by its lengths.
    @inline(__always)
    private func mayBeTotal(_ outcome: RowRules.Outcome) -> Bool {
        guard case .lengths(let prefill, let output, _) = outcome else { return false }
        return table.mayBeTotal(prefill: prefill, output: output)
    }

    private mutating func takeColumns(_ record: Span<UInt8>) throws(InvalidInput) {
        beginRow()
        table.isByColumns = true
        guard var columns = JSONColumns(fields, in: record) else {
            throw Self.failure("The columns of prefill and decode lengths must have as many elements as each other.")
        }
        while columns.next(record, into: &fields) {
            try take(table.rules.outcome(fields, in: record, line: line), record)
        }
    }

    /// Learns from the first rows what the prompt and the arrivals are called.
    private mutating func beginRow() {
        if fields.present & ColumnRole.activityMask != 0, !table.hasActivity {
            table.beginActivity(arrival: json.name(of: .arrival))
        }
        guard options.prefillColumn == nil, !hasNamedPrompt, let prompt = json.name(of: .prefill) else { return }
        hasNamedPrompt = true
        let key = prompt.split(separator: "/").last.map { Array($0.utf8) } ?? []
        table.rules.promptLeavesCacheOut = Vocabulary.withoutCache.contains(NameTable.spelling(key.span))
    }

    private mutating func take(_ outcome: RowRules.Outcome, _ text: Span<UInt8>) throws(InvalidInput) {
        if case .repeated = outcome {
            throw TraceTable.repeated(json.name(of: .repetitions) ?? "", "\(place) \(line)")
        }
        table.take(outcome, fields, in: text, line: line)
    }

    /// Adds a request that was read elsewhere (columns of JSON), as if it had been a row.
    public mutating func add(prefill: ParsedRequestLength, output: ParsedRequestLength) {
        hasBegun = true
        isByLines = false
        fields.clear()
        let outcome: RowRules.Outcome =
            switch (prefill.parsed, output.parsed) {
            case (.tokens(let p), .tokens(let d)): .lengths(prefill: p, output: d, cached: nil)
            case (.unusable(let reason), _), (_, .unusable(let reason)): .skipped(reason)
            }
        let text: [UInt8] = []
        table.take(outcome, fields, in: text.span, line: line)
        records += 1
    }

    // MARK: Errors

    private var tooLong: InvalidInput {
        let what = isByLines ? "Line" : "Row"
        return Self.failure(
            "\(what) \(line) is longer than \(options.maximumLine) bytes."
                + (format == .csv
                    ? " Is a quote left open, or is this not CSV?"
                    : " Remove what is not a length, for example with jq."))
    }

    private var notAnArray: InvalidInput {
        Self.failure(
            "The trace must be a JSON array of objects. For a line of JSON a request send application/x-ndjson, for CSV "
                + "text/csv.")
    }

    private static func failure(_ sentence: String) -> InvalidInput { InvalidInput(field: "", rule: sentence) }
}
