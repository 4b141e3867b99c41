/// Where the columns of one row stand in its text, by what they say.
///
/// Not to be copied: it is 640 bytes, and lent to whoever looks at it.
struct RowFields: ~Copyable {
    /// How a value is written.
    enum Kind: UInt8 {
        /// A field of CSV, or a number, a truth value or null of JSON.
        case bare
        /// A JSON string; the range is without its quotes.
        case string
        case array
        case object
    }

    struct Field {
        var start = 0
        var end = 0
        var kind = Kind.bare
        var rank = UInt8.max

        var range: Range<Int> { start..<end }
    }

    private var fields = InlineArray<26, Field>(repeating: Field())
    /// A bit for each role that the row has.
    private(set) var present: UInt32 = 0
    /// A length of the same name stands twice in the row, with different values.
    var isContradictory = false
    /// A length stands in the row by two names.
    private(set) var hasTwins = false

    @inline(__always)
    func has(_ role: ColumnRole) -> Bool { present & (1 << UInt32(role.rawValue)) != 0 }

    /// The field of a role that the row has.
    @inline(__always)
    subscript(role: ColumnRole) -> Field { fields[Int(role.rawValue)] }

    /// The range of the field; empty where the row has none.
    @inline(__always)
    func range(_ role: ColumnRole) -> Range<Int> { has(role) ? fields[Int(role.rawValue)].range : 0..<0 }

    @inline(__always)
    mutating func set(_ role: ColumnRole, _ field: Field) {
        fields[Int(role.rawValue)] = field
        present |= 1 << UInt32(role.rawValue)
    }

    /// Forgets all.
    @inline(__always)
    mutating func clear() {
        present = 0
        isContradictory = false
        hasTwins = false
    }

    /// Takes a field unless a better name stands in the row already.
    mutating func take(_ match: NameTable.Match, _ field: Field, in text: Span<UInt8>) {
        var field = field
        field.rank = UInt8(min(match.rank, 254))
        guard has(match.role) else { return set(match.role, field) }
        if match.role.isLength { hasTwins = true }
        let other = self[match.role]
        if field.rank < other.rank { return set(match.role, field) }
        if field.rank == other.rank, match.role.isLength, !Self.same(text, field.range, other.range) {
            isContradictory = true
        }
    }

    private static func same(_ text: Span<UInt8>, _ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count else { return false }
        for offset in 0..<a.count where text[a.lowerBound + offset] != text[b.lowerBound + offset] { return false }
        return true
    }
}
