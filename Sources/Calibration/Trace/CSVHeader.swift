import Text

/// The header of a CSV trace: where the lengths stand.
struct CSVHeader: Sendable {
    let delimiter: UInt8
    let columns: Int
    let prefill: Int
    let decode: Int

    /// - Throws: ``InvalidInput`` where the record is no header or names no prefill or decode lengths.
    init(_ record: Span<UInt8>, names: ColumnNames, options: TraceOptions) throws(InvalidInput) {
        let delimiter = Self.delimiter(of: record)
        var titles: [String] = []
        var best: [ColumnNames.Side: (rank: Int, column: Int)] = [:]
        var duplicates: [String] = []
        var numbers = 0
        let isComplete = CSVRow.forEachField(record, delimiter: delimiter) { column, field in
            let span = record.extracting(Self.trimmed(record, field))
            let title = Self.text(span)
            titles.append(title)
            if case .tokens = ParsedLength(span) { numbers += 1 }
            guard let match = names.match(span) else { return }
            if let other = best[match.side] {
                if other.rank == match.rank { duplicates.append(title) }
                if other.rank <= match.rank { return }
            }
            best[match.side] = (match.rank, column)
        }
        guard isComplete else { throw Self.failure("The header has a quote that does not close or text after one.") }
        guard duplicates.isEmpty else { throw Self.failure("The header names \"\(duplicates[0])\" twice.") }
        if let weight = best[.weight] {
            throw Self.failure(
                "The column \"\(titles[weight.column])\" would weight rows, which is not offered: every row is one request. Leave it "
                    + "out, or name both prefill_column and decode_column.")
        }
        if best.isEmpty, numbers > 0 {
            throw Self.failure("The first line must name the columns, but has numbers: the header is missing.")
        }
        guard let prefill = best[.prefill] else {
            throw Self.missing("prefill", asked: options.prefillColumn, titles: titles)
        }
        guard let decode = best[.decode] else {
            throw Self.missing("decode", asked: options.decodeColumn, titles: titles)
        }
        guard prefill.column != decode.column else {
            throw Self.failure("Prefill and decode lengths must be different columns.")
        }
        self.delimiter = delimiter
        self.columns = titles.count
        self.prefill = prefill.column
        self.decode = decode.column
    }

    /// The lengths of one row.
    func read(_ record: Span<UInt8>) -> JSONRow.Outcome {
        var found = 0
        var p = CSVRow.Field()
        var d = CSVRow.Field()
        let isComplete = CSVRow.forEachField(record, delimiter: delimiter) { column, field in
            found += 1
            if column == prefill { p = field }
            if column == decode { d = field }
        }
        guard isComplete, found == columns else { return .unusable(.malformed) }
        switch (
            ParsedLength(record.extracting(p.start..<p.end)), ParsedLength(record.extracting(d.start..<d.end))
        ) {
        case (.tokens(let prefill), .tokens(let decode)): return .lengths(prefill: prefill, decode: decode)
        case (.unusable(let reason), _), (_, .unusable(let reason)): return .unusable(reason)
        }
    }

    /// The first of comma, semicolon and tab outside quotes; a comma where there is none.
    static func delimiter(of record: Span<UInt8>) -> UInt8 {
        var isQuoted = false
        for index in record.indices {
            let byte = record[index]
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0x09 { return byte }
        }
        return UInt8(ascii: ",")
    }

    /// Where the field's text stands without blanks around it.
    private static func trimmed(_ record: Span<UInt8>, _ field: CSVRow.Field) -> Range<Int> {
        var start = field.start
        var end = field.end
        while start < end, record[start] <= 0x20 { start += 1 }
        while end > start, record[end - 1] <= 0x20 { end -= 1 }
        return start..<end
    }

    /// The first 40 bytes, for a message.
    private static func text(_ span: Span<UInt8>) -> String {
        String(decoding: span.extracting(first: 40).indices.map { span[$0] }, as: UTF8.self)
    }

    private static func missing(_ side: String, asked: String?, titles: [String]) -> InvalidInput {
        let list = titles.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ") + (titles.count > 12 ? ", …" : "")
        if let asked { return failure("The header has no column \"\(asked)\"; it has \(list).") }
        return failure(
            "No column of the header is known to be \(side) lengths; name it with \(side)_column. It has \(list).")
    }

    private static func failure(_ sentence: String) -> InvalidInput { InvalidInput(field: "", rule: sentence) }
}
