import Text

/// Reads a trace in pieces of any size, in constant memory: the result depends on the bytes alone, not on how they were cut.
///
/// A row that cannot be used is counted by reason. The trace is refused where more than half of its rows are unusable, where
/// the first ``hopelessRows`` all are, where a line is too long, or where the header does not name the columns. After an error
/// the parser must not be fed further.
public struct TraceParser: Sendable {
    /// With so many rows read and none usable, the rest is not waited for.
    public static let hopelessRows = 1000

    public let format: TraceFormat
    public let options: TraceOptions
    private let names: ColumnNames
    private var splitter: RecordSplitter
    /// The beginning of a record whose end has not come yet.
    private var pending: [UInt8] = []
    private var header: CSVHeader?
    private var sums = RequestSums()
    private var histogram = HistogramCounter()
    private var skipped = SkippedRows()
    private var emptyOutputs = 0
    /// Records ended, a header included.
    private var records = 0
    /// Further line ends, within quotes, of the records before.
    private var extraLines = 0
    private var rows = 0
    private var hasBegun = false

    public init(format: TraceFormat, options: TraceOptions = TraceOptions()) {
        self.format = format
        self.options = options
        names = ColumnNames(options: options)
        splitter = RecordSplitter(format)
    }

    /// Rows read so far, usable or not.
    public var rowCount: Int { rows }

    /// Takes the next bytes.
    ///
    /// - Throws: ``InvalidInput``, whose `rule` is a sentence, where the trace cannot be used.
    public mutating func feed(_ bytes: Span<UInt8>) throws(InvalidInput) {
        var start = 0
        while true {
            if pending.isEmpty, let header { start = takePlainRows(bytes, from: start, header) }
            guard start < bytes.count else { return }
            let (end, verdict) = splitter.scan(bytes, from: start)
            guard pending.count + end - start <= options.maximumLine else { throw tooLong }
            if verdict == .illegal { throw notAnArray }
            if verdict == .more {
                pending.append(copying: bytes.extracting(start..<end))
                return
            }
            if pending.isEmpty {
                try take(bytes.extracting(start..<end), isLast: verdict == .last)
            } else {
                pending.append(copying: bytes.extracting(start..<end))
                var record: [UInt8] = []
                swap(&record, &pending)
                try take(record.span, isLast: verdict == .last)
                record.removeAll(keepingCapacity: record.capacity <= 1 << 16)
                swap(&record, &pending)
            }
            start = end + 1
        }
    }

    /// Ends the trace.
    ///
    /// - Throws: ``InvalidInput`` where the trace cannot be used.
    public mutating func finish() throws(InvalidInput) -> TraceSummary {
        guard splitter.isComplete else {
            switch format {
            case .csv: throw Self.failure("The last row ends within quotes that opened in line \(line).")
            case .jsonLines, .jsonRows: throw hasBegun ? Self.failure("The JSON array is not closed.") : notAnArray
            }
        }
        if format != .jsonRows, !pending.isEmpty {
            let record = pending
            pending = []
            try take(record.span, isLast: false)
        }
        if format == .csv, header == nil {
            throw Self.failure("The trace is empty: a header line and rows are needed.")
        }
        guard sums.count > 0 else {
            throw Self.failure(
                rows == 0 ? "The trace has no rows." : "None of the \(rows) rows can be used: \(reasons).")
        }
        guard skipped.rows <= rows / 2 else {
            throw Self.failure("\(skipped.rows) of \(rows) rows cannot be used, more than half: \(reasons).")
        }
        return TraceSummary(
            sums: sums, histogram: JointHistogram(histogram), emptyOutputs: emptyOutputs,
            lines: format == .csv ? records + extraLines - 1 : records, skipped: skipped,
            firstTokenFromPrefill: options.firstTokenFromPrefill)
    }

    // MARK: Records

    /// The line that the record being read began at, from 1 (for a JSON array, the row).
    private var line: Int { records + extraLines + 1 }

    private mutating func take(_ bytes: Span<UInt8>, isLast: Bool) throws(InvalidInput) {
        var record = bytes
        if !hasBegun {
            hasBegun = true
            // What stands before the bracket of an array is no record.
            if format == .jsonRows { return }
            if record.count >= 3, record[0] == 0xEF, record[1] == 0xBB, record[2] == 0xBF {
                record = record.extracting(droppingFirst: 3)
            }
            try refuseBinary(record)
        }
        if record.count > 0, record[record.count - 1] == 0x0D { record = record.extracting(droppingLast: 1) }
        let isBlank = Self.isBlank(record)
        if isBlank, format != .jsonRows || (isLast && rows == 0) {
            if format != .jsonRows { records += 1 }
            return
        }
        switch format {
        case .jsonLines, .jsonRows: take(JSONRow.read(record, names: names))
        case .csv:
            if let header {
                take(header.read(record))
            } else {
                header = try CSVHeader(record, names: names, options: options)
                splitter.setDelimiter(header?.delimiter ?? splitter.delimiter)
            }
            extraLines = splitter.quotedLineEnds
        }
        records += 1
        if rows == Self.hopelessRows, sums.count == 0 {
            throw Self.failure("None of the first \(rows) rows can be used: \(reasons).")
        }
    }

    /// Takes the CSV rows that need no care, from the beginning of a row on; where the first other one begins.
    private mutating func takePlainRows(_ bytes: Span<UInt8>, from start: Int, _ header: CSVHeader) -> Int {
        var start = start
        while let row = header.plainRow(bytes, from: start), row.next - 1 - start <= options.maximumLine {
            take(.lengths(prefill: row.prefill, decode: row.decode))
            records += 1
            start = row.next
        }
        return start
    }

    @inline(__always)
    private mutating func take(_ outcome: JSONRow.Outcome) {
        rows += 1
        switch outcome {
        case .lengths(let prefill, let output): add(prefill: prefill, output: output)
        case .unusable(let reason): skipped.add(reason, line: line)
        }
    }

    @inline(__always)
    private mutating func add(prefill: Int, output: Int) {
        if output == 0 { emptyOutputs += 1 }
        let decode = max(1, options.firstTokenFromPrefill ? output - 1 : output)
        sums.add(prefill: prefill, decode: decode)
        histogram.add(prefill: prefill, decode: decode)
    }

    /// Adds a request that was read elsewhere (columns of JSON), as if it had been a row.
    public mutating func add(prefill: ParsedRequestLength, output: ParsedRequestLength) {
        hasBegun = true
        switch (prefill.parsed, output.parsed) {
        case (.tokens(let p), .tokens(let d)): take(.lengths(prefill: p, decode: d))
        case (.unusable(let reason), _), (_, .unusable(let reason)): take(.unusable(reason))
        }
        records += 1
    }

    // MARK: Errors

    private var reasons: String {
        skipped.tallies.map { tally in
            let lines = tally.lines.map(String.init).joined(separator: ", ")
            return
                "\(tally.reason.rawValue) in \(tally.rows) (first in \(format == .jsonRows ? "row" : "line") \(lines))"
        }.joined(separator: "; ")
    }

    private var tooLong: InvalidInput {
        let what = format == .jsonRows ? "Row" : "Line"
        return Self.failure(
            "\(what) \(line) is longer than \(options.maximumLine) bytes."
                + (format == .csv ? " Is a quote left open, or is this no CSV?" : ""))
    }

    private var notAnArray: InvalidInput {
        Self.failure(
            "The trace must be a JSON array of objects. For a line of JSON a request send application/x-ndjson, for CSV "
                + "text/csv.")
    }

    private func refuseBinary(_ record: Span<UInt8>) throws(InvalidInput) {
        if record.count >= 2, record[0] == 0x1F, record[1] == 0x8B {
            throw Self.failure("The trace is compressed: send it with Content-Encoding: gzip.")
        }
        for index in record.indices where record[index] < 0x20 {
            let byte = record[index]
            guard byte == 0x09 || byte == 0x0A || byte == 0x0D else {
                throw Self.failure("The trace is not text: its first line has control characters.")
            }
        }
    }

    private static func failure(_ sentence: String) -> InvalidInput { InvalidInput(field: "", rule: sentence) }

    private static func isBlank(_ record: Span<UInt8>) -> Bool {
        for index in record.indices {
            let byte = record[index]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return false }
        }
        return true
    }
}

extension [UInt8] {
    /// Appends the bytes of `span`.
    fileprivate mutating func append(copying span: Span<UInt8>) {
        reserveCapacity(count + span.count)
        for index in span.indices { append(span[index]) }
    }
}
