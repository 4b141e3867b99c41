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
