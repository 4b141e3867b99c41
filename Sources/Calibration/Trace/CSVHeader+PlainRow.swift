extension CSVHeader {
    /// A row as nearly all are, and where the next one begins.
    struct PlainRow {
        var prefill = 0
        var decode = 0
        var next = 0
    }

    /// Splits and reads in one pass a whole row whose fields are not quoted and whose lengths are one to seven digits.
    ///
    /// `nil` for any other row, also one that ends too near the end of `bytes`: nothing has then been decided, and the splitter
    /// and ``read(_:)`` look at it from its beginning. What this takes they would take, with the same lengths.
    @inline(__always)
    func plainRow(_ bytes: Span<UInt8>, from start: Int) -> PlainRow? {
        var row = PlainRow()
        var index = start
        var column = 0
        while true {
            if column == prefill || column == decode {
                guard index <= bytes.count - 8 else { return nil }
                let (count, value) = ByteLanes(bytes, at: index).digits
                guard 1...7 ~= count else { return nil }
                if column == prefill { row.prefill = value } else { row.decode = value }
                index += count
            } else {
                guard index < bytes.count, bytes[index] != UInt8(ascii: "\"") else { return nil }
                index = ByteLanes.firstIndex(of: delimiter, or: 0x0A, in: bytes, from: index)
                guard index < bytes.count else { return nil }
            }
            column += 1
            guard column < columns else { break }
            // At seven digits of eight lanes, or found: the index is within the bytes.
            guard bytes[index] == delimiter else { return nil }
            index += 1
        }
        if bytes[index] == 0x0D {
            index += 1
            guard index < bytes.count else { return nil }
        }
        guard bytes[index] == 0x0A else { return nil }
        row.next = index + 1
        return row
    }
}
