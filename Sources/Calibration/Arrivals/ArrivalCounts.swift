import Text

/// How many requests arrived in which window of time, in constant memory and exactly mergeable.
public struct ArrivalCounts: Hashable, Sendable {
    /// The widths of the windows, microseconds: 1, 10, 100 ms, 1, 10 s, 1, 10 min, 1, 6 h, 1 day, and tenfold from there.
    static let widths = [
        1000, 10_000, 100_000, 1_000_000, 10_000_000, 60_000_000, 600_000_000, 3_600_000_000, 21_600_000_000,
        86_400_000_000, 864_000_000_000, 8_640_000_000_000, 86_400_000_000_000, 864_000_000_000_000,
    ]
    /// The most windows: 4.5 hours by the second.
    static let maximumWindows = 16_384

    private var grid = TimeGrid<Int>(widths: widths, capacity: maximumWindows)
    /// Requests with a time.
    public private(set) var requests = 0
    /// The first and the last arrival, microseconds; `nil` without one.
    public private(set) var span: ClosedRange<Int>?

    public init() {}

    /// Counts an arrival at `time`, microseconds, −9e15…9e15.
    mutating func add(_ time: Int) { add(1, from: time, to: time) }

    /// Counts arrivals of one window, the first and the last of them at `first` and `last`.
    mutating func add(_ count: Int, from first: Int, to last: Int) {
        requests.merge(count)
        span = min(span?.lowerBound ?? first, first)...max(span?.upperBound ?? last, last)
        grid.update(grid.place(of: first)) { $0.merge(count) }
    }

    /// The times of the window that `time` lies in, as windows are once it has a place.
    mutating func times(around time: Int) -> Range<Int> { grid.times(around: time) }

    /// Adds the arrivals of another part of the trace.
    public mutating func merge(_ other: ArrivalCounts) {
        requests.merge(other.requests)
        if let theirs = other.span {
            span =
                min(
                    span?.lowerBound ?? theirs.lowerBound, theirs.lowerBound)...max(
                    span?.upperBound ?? theirs.upperBound, theirs.upperBound)
        }
        grid.merge(other.grid)
    }

    /// Arrivals by window: the width and the start of the first, microseconds, and the counts.
    public var windows: (width: Int, start: Int, counts: [Int]) {
        (grid.width, grid.first * grid.width, grid.cells)
    }

    /// From what ``windows`` and ``span`` gave.
    ///
    /// - Throws: `InvalidInput` where they are not those of any arrivals.
    public init(width: Int, start: Int, counts: [Int], span: ClosedRange<Int>) throws(InvalidInput) {
        guard let level = Self.widths.firstIndex(of: width) else {
            throw InvalidInput(field: "window_s", rule: "must be one of the widths that are answered")
        }
        guard abs(start) <= 2_000_000_000_000_000_000, start % width == 0 else {
            throw InvalidInput(field: "start_s", rule: "must be a multiple of window_s")
        }
        var total = 0
        for (index, count) in counts.enumerated() {
            guard 0...RequestSums.maximumCount ~= count, total <= RequestSums.maximumCount - count else {
                throw InvalidInput(field: "counts.\(index)", rule: "must be a whole number from 0 to 2^53")
            }
            total += count
        }
        guard total > 0,
            let grid = TimeGrid(
                widths: Self.widths, capacity: Self.maximumWindows, level: level, first: start / width, cells: counts)
        else {
            throw InvalidInput(
                field: "counts", rule: "must have 1 to \(Self.maximumWindows) elements that are not all 0")
        }
        let last = start + (counts.count - 1) * width
        guard start..<(start + width) ~= span.lowerBound, last..<(last + width) ~= span.upperBound else {
            throw InvalidInput(field: "first_s", rule: "and last_s must lie in the first and the last window")
        }
        self.grid = grid
        self.span = span
        requests = total
    }

    /// The counts by window for each width, from the finest that is kept to the first that is one window.
    var series: [(width: Int, start: Int, counts: [Int])] {
        var grid = grid
        var series = [(grid.width, grid.first * grid.width, grid.cells)]
        while grid.cells.count > 1, grid.level + 1 < Self.widths.count {
            grid.coarsen()
            series.append((grid.width, grid.first * grid.width, grid.cells))
        }
        return series
    }
}

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
