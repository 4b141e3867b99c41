import Text

/// What stands before the header of a CSV trace: a line `sep=;`, and comments.
struct CSVPreamble: Sendable {
    /// What a line `sep=` names.
    private(set) var delimiter: UInt8?

    /// Whether a line before the header is none: it is then passed over.
    mutating func takes(_ record: Span<UInt8>, _ names: NameTable) -> Bool {
        if record.count == 5, Self.same(record.extracting(0..<4), "sep=") {
            delimiter = record[4]
            return true
        }
        guard record[0] == UInt8(ascii: "#") || Self.same(record.extracting(first: 2), "//") else { return false }
        // A header may be commented out, as numpy writes it.
        let rest = record.extracting(start(of: record)..<record.count)
        let delimiter = delimiter ?? CSVHeader.delimiter(of: rest, names)
        var known = 0
        _ = CSVRow.forEachField(rest, delimiter: delimiter) { _, field in
            if names.column(rest.extracting(CSVHeader.trimmed(rest, field))) != nil { known += 1 }
        }
        return known < 2
    }

    /// Where a header begins, behind the sign of a comment before it.
    func start(of record: Span<UInt8>) -> Int {
        guard record.count > 1, record[0] == UInt8(ascii: "#") else { return 0 }
        var start = 1
        while start < record.count - 1, record[start] == 0x20 { start += 1 }
        return start
    }

    private static func same(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            for index in text.indices where text[index] | 0x20 != letters[index] | 0x20 { return false }
            return true
        }
    }
}

/// Reads the records of a CSV trace: the header, then rows, nearly all of them in one pass and the others with care.
struct CSVRecords: Sendable {
    private let options: TraceOptions
    private let names: NameTable
    private var preamble = CSVPreamble()
    private(set) var header: CSVHeader?
    /// Whether the first record was taken.
    private var isBegun = false

    init(options: TraceOptions, names: NameTable) {
        self.options = options
        self.names = names
    }

    /// Takes a record with care.
    ///
    /// - Parameter lines: that it spans, from 1.
    mutating func take(
        _ record: Span<UInt8>, lines: ClosedRange<Int>, into table: inout TraceTable
    ) throws(InvalidInput) {
        if header == nil {
            guard !preamble.takes(record, names) else { return }
            let line = record.extracting(preamble.start(of: record)..<record.count)
            begin(try CSVHeader(line, names: names, options: options, delimiter: preamble.delimiter), &table)
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
        var fields = RowFields()
        var outcome: RowRules.Outcome?
        if header.read(record, into: &fields) {
            outcome = table.rules.outcome(fields, in: record, line: lines.lowerBound)
        }
        if let next = try settle(outcome, fields, in: record, record, lines, header, &table) { begin(next, &table) }
    }

    private mutating func begin(_ header: CSVHeader, _ table: inout TraceTable) {
        self.header = header
        table.rules.promptLeavesCacheOut = header.promptLeavesCacheOut
        if header.hasActivity { table.beginActivity(arrival: header.title(.arrival)) }
    }

    /// Takes what a row came to.
    ///
    /// - Parameters:
    ///   - outcome: `nil` for a row that is not whole.
    ///   - text: what `fields` point into.
    ///   - record: the row's part of it.
    /// - Returns: the header that the record is, where it is one.
    private func settle(
        _ outcome: RowRules.Outcome?, _ fields: borrowing RowFields, in text: Span<UInt8>, _ record: Span<UInt8>,
        _ lines: ClosedRange<Int>, _ header: CSVHeader, _ table: inout TraceTable
    ) throws(InvalidInput) -> CSVHeader? {
        let line = lines.lowerBound
        let isWhole = outcome != nil
        var outcome = outcome ?? .skipped(.malformed)
        if case .skipped(let reason) = outcome, reason.isLoss, header.isHeader(record, names: names) {
            do throws(InvalidInput) {
                let next = try CSVHeader(record, names: names, options: options, delimiter: header.delimiter)
                table.secondHeader(line: line)
                return next
            } catch {
                throw CSVHeader.failure(
                    "Line \(line) is a second header, which does not name the same columns. \(error.rule)")
            }
        }
        if isWhole, header.isSummary(record, mayBeTotal: table.mayBeTotal(outcome)) { outcome = .skipped(.summary) }
        let swallowed = lines.count > 1 ? header.rowsWithin(record) : 0
        if swallowed > 0 { table.swallowed(swallowed, from: line, to: lines.upperBound) }
        var lost = 1
        if case .skipped = outcome { lost += swallowed }
        if case .repeated = outcome { throw TraceTable.repeated(header.title(.repetitions) ?? "", "line \(line)") }
        table.take(outcome, fields, in: text, line: line, rows: lost)
        return nil
    }

    // MARK: Plain rows

    /// Takes the rows from `start` on, where one begins, that are read in one pass.
    ///
    /// - Parameter line: that the row begins at; the next one's behind what was taken.
    /// - Returns: where the first row begins that is to be read with care.
    mutating func takePlainRows(
        _ bytes: Span<UInt8>, from start: Int, line: inout Int, into table: inout TraceTable
    ) throws(InvalidInput) -> Int {
        guard let header else { return start }
        // Local: what is passed on of it is then not copied.
        var plain = PlainRow()
        var start = start
        while header.plainRow(bytes, from: start, into: &plain), plain.next - 1 - start <= options.maximumLine {
            if header.isDetailed {
                let record = bytes.extracting(start..<plain.end)
                if let next = try judge(plain, in: bytes, record, line, header, &table) {
                    begin(next, &table)
                    line += 1
                    return plain.next
                }
            } else {
                guard !table.mayBeTotal(prefill: plain.prefill, output: plain.decode) else { return start }
                table.add(
                    prefill: plain.prefill, output: plain.decode, arrival: plain.arrival, in: bytes, blocks: Span())
            }
            line += 1
            start = plain.next
        }
        return start
    }

    /// Takes a plain row that has further columns.
    ///
    /// - Returns: the header that it is, where it is one.
    private func judge(
        _ plain: borrowing PlainRow, in bytes: Span<UInt8>, _ record: Span<UInt8>, _ line: Int, _ header: CSVHeader,
        _ table: inout TraceTable
    ) throws(InvalidInput) -> CSVHeader? {
        let outcome: RowRules.Outcome =
            header.needsRules
            ? table.rules.outcome(plain.fields, in: bytes, line: line)
            : .lengths(prefill: plain.prefill, output: plain.decode, cached: nil)
        if case .lengths(let prefill, let output, let cached) = outcome, !table.mayBeTotal(outcome) {
            table.add(prefill: prefill, output: output, cached: cached, plain.fields, in: bytes)
            return nil
        }
        let next = try settle(outcome, plain.fields, in: bytes, record, line...line, header, &table)
        if let refusal = table.hopeless(place: "line") { throw refusal }
        return next
    }
}

/// The fields of one record of delimited text (RFC 4180).
enum CSVRow {
    /// Where a field's text stands in the record, without the quotes around it.
    struct Field: Equatable {
        var start = 0
        var end = 0
    }

    /// Calls `body` with each field by column; `false` where a quoted field is not closed or followed by text.
    static func forEachField(
        _ record: Span<UInt8>, delimiter: UInt8, _ body: (_ column: Int, _ field: Field) -> Void
    ) -> Bool {
        var index = 0
        var column = 0
        while true {
            var field = Field(start: index, end: index)
            if index < record.count, record[index] == UInt8(ascii: "\"") {
                index += 1
                field.start = index
                while true {
                    guard index < record.count else { return false }
                    if record[index] == UInt8(ascii: "\"") {
                        guard index + 1 < record.count, record[index + 1] == UInt8(ascii: "\"") else { break }
                        index += 1
                    }
                    index += 1
                }
                field.end = index
                index += 1
                guard index == record.count || record[index] == delimiter else { return false }
            } else {
                while index < record.count, record[index] != delimiter { index += 1 }
                field.end = index
            }
            body(column, field)
            guard index < record.count else { return true }
            index += 1
            column += 1
        }
    }
}
