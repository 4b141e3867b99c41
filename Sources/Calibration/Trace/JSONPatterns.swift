/// How the JSON lines of a trace are written: at most a few ways, the one that was met last first.
struct JSONPatterns: Sendable {
    private var patterns: [JSONPattern] = []
    /// Lines that were written otherwise.
    private var others = 0
    private static let maximum = 4

    /// Learns from a line that was read with care; not from each, where all are written differently.
    mutating func learn(_ line: Span<UInt8>, _ fields: borrowing RowFields) {
        others += 1
        guard others.nonzeroBitCount == 1, let pattern = JSONPattern(line, fields) else { return }
        if patterns.count == Self.maximum { patterns.removeLast() }
        patterns.insert(pattern, at: 0)
    }

    /// The pattern of the line that begins at `start`; `nil` where there is none, or the line must be read with care.
    mutating func pattern(of bytes: Span<UInt8>, from start: Int, into row: inout PlainRow) -> JSONPattern? {
        for place in patterns.indices where patterns[place].read(bytes, from: start, into: &row) {
            if place > 0 { patterns.swapAt(0, place) }
            return patterns[0]
        }
        return nil
    }
}
