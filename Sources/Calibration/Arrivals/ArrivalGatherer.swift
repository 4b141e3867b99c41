/// Gathers arrivals to ``ArrivalCounts``.
///
/// Many arrive in the window of the one before: these are counted here, and added as a whole.
struct ArrivalGatherer: Sendable {
    private var counts = ArrivalCounts()
    /// The window that the open count is of.
    private var window = 0..<0
    private var open = 0
    /// The first and the last moment of the open count.
    private var first = 0
    private var last = 0

    /// The counts of all arrivals so far.
    var gathered: ArrivalCounts {
        var copy = self
        copy.settle()
        return copy.counts
    }

    /// Counts an arrival at `time`, microseconds, −9e15…9e15.
    @inline(__always)
    mutating func add(_ time: Int) {
        guard window ~= time else { return turn(to: time) }
        open += 1
        first = min(first, time)
        last = max(last, time)
    }

    private mutating func turn(to time: Int) {
        settle()
        window = counts.times(around: time)
        open = 1
        (first, last) = (time, time)
    }

    private mutating func settle() {
        guard open > 0 else { return }
        counts.add(open, from: first, to: last)
        open = 0
    }
}
