/// Rows of which each member is an array: `{"input_lens": [374, 396], "output_lens": [44, 109]}`.
///
/// The arrays are gone through beside each other, so that memory does not grow with them.
struct JSONColumns {
    private var columns: [(role: ColumnRole, rank: UInt8, cursor: JSONCursor)] = []
    private var isFirst = true
    private var left: Int

    /// - Parameter row: the fields of the object, of which both lengths are arrays.
    /// - Returns: `nil` where the lengths are not as many as each other. Other arrays count where they are as many.
    init?(_ row: borrowing RowFields, in text: Span<UInt8>) {
        left = Self.count(row[.prefill], text)
        for role in ColumnRole.allCases {
            guard row.has(role), row[role].kind == .array else { continue }
            guard Self.count(row[role], text) == left else {
                if role.isLength { return nil }
                continue
            }
            columns.append((role, row[role].rank, JSONCursor(index: row[role].start + 1)))
        }
    }

    /// The fields of the next row; `false` where there is none.
    mutating func next(_ text: Span<UInt8>, into row: inout RowFields) -> Bool {
        guard left > 0 else { return false }
        left -= 1
        row.clear()
        for index in columns.indices {
            guard case .value(var field) = columns[index].cursor.element(text, isFirst: isFirst) else { continue }
            field.rank = columns[index].rank
            row.set(columns[index].role, field)
        }
        isFirst = false
        return true
    }

    private static func count(_ field: RowFields.Field, _ text: Span<UInt8>) -> Int {
        var cursor = JSONCursor(index: field.start + 1)
        var count = 0
        while case .value = cursor.element(text, isFirst: count == 0) { count += 1 }
        return count
    }
}
