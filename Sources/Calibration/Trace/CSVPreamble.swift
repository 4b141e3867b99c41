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
