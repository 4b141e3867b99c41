import Text

/// Reads a trace in pieces of any size, in bounded memory: the result depends on the bytes alone, not on how they were cut.
///
/// A row that cannot be used is counted by reason. The trace is refused where more than half of its rows are unusable, where
/// the first ``hopelessRows`` all are, where a line is too long, where the header does not name the columns, or where rows stand for
/// several requests. After an error the parser must not be fed further.
public struct TraceParser: Sendable {
    /// With so many rows read and none usable, the rest is not waited for.
    public static let hopelessRows = 1000

    public let format: TraceFormat
    public let options: TraceOptions
    private var splitter: RecordSplitter
    /// The beginning of a record whose end has not come yet.
    private var pending: [UInt8] = []
    private var csv: CSVRecords
    private var json: JSONRecords
    private var table: TraceTable
    /// Records ended, a header included.
    private var records = 0
    /// Further line ends, within quotes, of the records before.
    private var extraLines = 0
    private var hasBegun = false
    /// Whether JSON objects follow each other over several lines, or stand in an array in a file of lines.
    private var isByLines: Bool

    public init(format: TraceFormat, options: TraceOptions = TraceOptions()) {
        self.format = format
        self.options = options
        let names = NameTable(options: options)
        splitter = RecordSplitter(format)
        csv = CSVRecords(options: options, names: names)
        json = JSONRecords(options: options, names: names)
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
            if pending.isEmpty { start = try takePlain(bytes, from: start) }
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
        if format == .csv, csv.header == nil {
            throw Self.failure("The trace is empty: a header line and rows are needed.")
        }
        return try table.finish(
            TraceColumns(format: format, header: csv.header, json: json.row), place: place.word,
            lines: format == .csv ? records + extraLines - (csv.header?.isHeaderless == true ? 0 : 1) : records)
    }

    // MARK: Records

    /// The line that the record being read began at, from 1 (for JSON that is not by lines, the row).
    private var line: Int { records + extraLines + 1 }

    private var place: JSONRecords.Place { JSONRecords.Place(number: line, isLine: isByLines) }

    /// Takes the records from `start` on, where one begins, that can be read in one pass; where the first other one begins.
    private mutating func takePlain(_ bytes: Span<UInt8>, from start: Int) throws(InvalidInput) -> Int {
        guard isByLines else { return start }
        let first = line
        var line = first
        defer { records += line - first }
        return format == .csv
            ? try csv.takePlainRows(bytes, from: start, line: &line, into: &table)
            : try json.takePlainLines(bytes, from: start, line: &line, into: &table)
    }

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
            try json.take(record, place, into: &table)
        case .jsonLines, .jsonRows: try json.take(record, place, into: &table)
        case .csv:
            try csv.take(record, lines: line...(line + splitter.quotedLineEnds - extraLines), into: &table)
            extraLines = splitter.quotedLineEnds
            if let header = csv.header { splitter.setDelimiter(header.delimiter) }
        }
        records += 1
        if let refusal = table.hopeless(place: place.word) { throw refusal }
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

    /// Adds a request that was read elsewhere (columns of JSON), as if it had been a row.
    public mutating func add(prefill: ParsedRequestLength, output: ParsedRequestLength) {
        hasBegun = true
        isByLines = false
        let outcome: RowRules.Outcome =
            switch (prefill.parsed, output.parsed) {
            case (.tokens(let p), .tokens(let d)): .lengths(prefill: p, output: d, cached: nil)
            case (.unusable(let reason), _), (_, .unusable(let reason)): .skipped(reason)
            }
        let text: [UInt8] = []
        table.take(outcome, RowFields(), in: text.span, line: line)
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
