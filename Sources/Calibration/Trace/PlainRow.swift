/// A row as nearly all are, and where the next one begins.
struct PlainRow: ~Copyable {
    var prefill = 0
    var decode = 0
    /// Where the time of the arrival stands; empty without one.
    var arrival = 0..<0
    /// The blocks of the prompt, of a row of JSON.
    var blocks = BlockList()
    /// Where all columns stand, of rows that have others than these.
    var fields = RowFields()
    /// Where the row ends, without the end of its line.
    var end = 0
    var next = 0
}

extension CSVHeader {
    /// Splits and reads in one pass a whole row whose fields are not quoted and whose lengths are one to seven digits.
    ///
    /// `false` for any other row, also one that ends too near the end of `bytes`: nothing has then been decided, and the splitter
    /// and ``read(_:into:)`` look at it from its beginning. What this takes they would take, with the same lengths.
    @inline(always)
    func plainRow(_ bytes: Span<UInt8>, from start: Int, into row: inout PlainRow) -> Bool {
        var index = start
        var column = 0
        row.arrival = 0..<0
        if isDetailed { row.fields.clear() }
        while true {
            if column == prefill || column == decode {
                guard index <= bytes.count - 8 else { return false }
                let (count, value) = ByteLanes(bytes, at: index).digits
                guard 1...7 ~= count else { return false }
                if column == prefill { row.prefill = value } else { row.decode = value }
                if isDetailed {
                    let field = RowFields.Field(start: index, end: index + count, kind: .bare, rank: 0)
                    row.fields.set(column == prefill ? .prefill : .decode, field)
                }
                index += count
            } else {
                guard index < bytes.count, bytes[index] != UInt8(ascii: "\"") else { return false }
                let begin = index
                index = ByteLanes.firstIndex(of: delimiter, or: 0x0A, in: bytes, from: index)
                guard index < bytes.count else { return false }
                if let role = roles[column] {
                    let hasReturn = bytes[index] == 0x0A && index > begin && bytes[index - 1] == 0x0D
                    let end = hasReturn ? index - 1 : index
                    if isDetailed {
                        row.fields.set(
                            role, RowFields.Field(start: begin, end: end, kind: .bare, rank: ranks[column]))
                    } else {
                        row.arrival = begin..<end
                    }
                }
                if column == 0, Self.needsCare(bytes, begin, index) { return false }
            }
            column += 1
            guard column < columns else { break }
            // At seven digits of eight lanes, or found: the index is within the bytes.
            guard bytes[index] == delimiter else { return false }
            index += 1
        }
        row.end = index
        if bytes[index] == 0x0D {
            index += 1
            guard index < bytes.count else { return false }
        }
        guard bytes[index] == 0x0A else { return false }
        row.next = index + 1
        return true
    }

    /// Whether a first field may begin a comment, be the label of a row of totals, or leave the label to another.
    @inline(__always)
    private static func needsCare(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard end > start else { return true }
        guard end - start <= 12 else { return bytes[start] == UInt8(ascii: "#") }
        switch bytes[start] | 0x20 {
        case UInt8(ascii: "#"): return true
        case UInt8(ascii: "a"), UInt8(ascii: "c"), UInt8(ascii: "g"), UInt8(ascii: "i"), UInt8(ascii: "m"),
            UInt8(ascii: "o"),
            UInt8(ascii: "p"), UInt8(ascii: "s"), UInt8(ascii: "t"), 0x20:
            return true
        default: return bytes[end - 1] == UInt8(ascii: "%")
        }
    }
}
