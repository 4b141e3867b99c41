/// The requests that are present, a column a property. A row is used again when its request has left, so the table is as long as
/// the most requests that were ever present.
struct RequestTable {
    /// When the request arrived, microseconds.
    private(set) var arrival: [Double] = []
    /// When it was ready to be decoded.
    var ready: [Double] = []
    /// When its decoding began: the end of a step.
    var began: [Double] = []
    /// When its first token came.
    var firstToken: [Double] = []
    /// P, h and D, tokens.
    private(set) var prefill: [Int32] = []
    private(set) var cached: [Int32] = []
    private(set) var decode: [Int32] = []
    /// Its number among all arrivals.
    private(set) var number: [Int] = []
    /// The worker that it is on.
    var worker: [Int32] = []
    /// The row behind it in a queue, or among the free ones; −1 at the end.
    var next: [Int32] = []
    private var free: Int32 = -1
    private(set) var present = 0

    /// Rows there are: the most that were present at once.
    var count: Int { arrival.count }

    /// Takes `request` in and returns its row.
    mutating func insert(_ request: ReplayRequest, number: Int, at time: Double) -> Int {
        present += 1
        guard free >= 0 else {
            arrival.append(time)
            ready.append(time)
            began.append(0)
            firstToken.append(0)
            prefill.append(Int32(clamping: request.prefill))
            cached.append(Int32(clamping: request.cached))
            decode.append(Int32(clamping: request.decode))
            self.number.append(number)
            worker.append(0)
            next.append(-1)
            return arrival.count - 1
        }
        let row = Int(free)
        free = next[row]
        arrival[row] = time
        ready[row] = time
        prefill[row] = Int32(clamping: request.prefill)
        cached[row] = Int32(clamping: request.cached)
        decode[row] = Int32(clamping: request.decode)
        self.number[row] = number
        next[row] = -1
        return row
    }

    mutating func remove(_ row: Int) {
        present -= 1
        next[row] = free
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
        table.next[Int(row)] = -1
        if last >= 0 { table.next[Int(last)] = row } else { first = row }
        last = row
        count += 1
    }

    /// Takes the first one out; there must be one.
    mutating func removeFirst(_ table: inout RequestTable) -> Int {
        let row = Int(first)
        first = table.next[row]
        if first < 0 { last = -1 }
        count -= 1
        return row
    }

    /// Puts all of `line` before those that wait.
    mutating func prepend(_ line: RequestLine, _ table: inout RequestTable) {
        guard !line.isEmpty else { return }
        if first >= 0 { table.next[Int(line.last)] = first } else { last = line.last }
        first = line.first
        count += line.count
    }
}
