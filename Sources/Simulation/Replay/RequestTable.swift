/// The requests that are present. A row is used again when its request has left, so the table is as long as the most requests that
/// were ever present. What belongs to a request lies together: an event looks at a request, not at a column.
struct RequestTable {
    struct Row {
        /// When the request arrived, microseconds.
        var arrival: Double
        /// When it was ready to be decoded.
        var ready: Double
        /// When its decoding began: the end of a step.
        var began = 0.0
        /// When its first token came.
        var firstToken = 0.0
        /// Its number among all arrivals.
        var number: Int
        /// P, h and D, tokens.
        var prefill: Int32
        var cached: Int32
        var decode: Int32
        /// The worker that it is on.
        var worker: Int32 = 0
        /// The row behind it in a queue or in a slot's calendar, or among the free ones; −1 at the end.
        var next: Int32 = -1
    }

    private var rows: [Row] = []
    private var free: Int32 = -1
    private(set) var present = 0

    /// Rows there are: the most that were present at once.
    var count: Int { rows.count }

    subscript(row: Int) -> Row {
        @inline(__always) get { rows[row] }
        @inline(__always) _modify { yield &rows[row] }
    }

    /// Takes `request` in and returns its row.
    mutating func insert(_ request: ReplayRequest, number: Int, at time: Double) -> Int {
        present += 1
        let entry = Row(
            arrival: time, ready: time, number: number, prefill: Int32(clamping: request.prefill),
            cached: Int32(clamping: request.cached), decode: Int32(clamping: request.decode))
        guard free >= 0 else {
            rows.append(entry)
            return rows.count - 1
        }
        let row = Int(free)
        free = rows[row].next
        rows[row] = entry
        return row
    }

    mutating func remove(_ row: Int) {
        present -= 1
        rows[row].next = free
        free = Int32(truncatingIfNeeded: row)
    }
}

/// Rows of a ``RequestTable`` that wait in a line, first come, first served. Takes no memory of its own.
struct RequestLine {
    private(set) var first: Int32 = -1
    private var last: Int32 = -1
    private(set) var count = 0

    var isEmpty: Bool { first < 0 }

    mutating func append(_ row: Int, _ table: inout RequestTable) {
        let row = Int32(truncatingIfNeeded: row)
        table[Int(row)].next = -1
        if last >= 0 { table[Int(last)].next = row } else { first = row }
        last = row
        count += 1
    }

    /// Takes the first one out; there must be one.
    mutating func removeFirst(_ table: inout RequestTable) -> Int {
        let row = Int(first)
        first = table[row].next
        if first < 0 { last = -1 }
        count -= 1
        return row
    }

    /// Puts all of `line` before those that wait.
    mutating func prepend(_ line: RequestLine, _ table: inout RequestTable) {
        guard !line.isEmpty else { return }
        if first >= 0 { table[Int(line.last)].next = first } else { last = line.last }
        first = line.first
        count += line.count
    }
}

extension ReplayBundle {
    /// How requests enter.
    struct Admission: Sendable {
        var byTokens: Bool
        /// Microseconds from its arrival on that a client waits.
        var patience: Double
        /// Whether the prefill instances give the first token.
        var afterPrefill: Bool

        /// Tokens that a request holds at its end.
        func need(_ row: Int, _ table: RequestTable) -> Double {
            Double(table[row].prefill) + Double(steps(row, table))
        }

        /// Steps that it is decoded for.
        func steps(_ row: Int, _ table: RequestTable) -> Int { Int(table[row].decode) - (afterPrefill ? 1 : 0) }
    }
}
