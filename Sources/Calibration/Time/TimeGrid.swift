/// What is counted in one window of time.
protocol TimeCell: Hashable, Sendable {
    /// Nothing counted.
    init()
    mutating func merge(_ other: Self)
}

/// Consecutive windows of time, at most ``capacity`` of them, in constant memory.
///
/// The windows of a width begin at its multiples. Where the times span too many, the next width of a fixed list is taken, and
/// each width divides the next. So the width follows from the first and the last time alone, and the grid is the same in whatever
/// order times come and however a trace is cut into parts that are merged.
struct TimeGrid<Cell: TimeCell>: Hashable, Sendable {
    /// The widths to choose from, microseconds: rising, each a multiple of the one before. The last one must hold any span.
    let widths: [Int]
    /// The most windows.
    let capacity: Int
    /// Index of the width in use.
    private(set) var level = 0
    /// The window that ``cells`` begins with: it starts at `first * width` microseconds.
    private(set) var first = 0
    /// From the first window that has a time to the last one.
    private(set) var cells: [Cell] = []
    /// The window that was asked for last: most times lie in the same one as the time before.
    private var recent = (times: 0..<0, place: 0)

    init(widths: [Int], capacity: Int) {
        self.widths = widths
        self.capacity = capacity
    }

    /// Width of a window, microseconds.
    var width: Int { widths[level] }

    /// The place in ``cells`` of the window of `time` (microseconds), which is made where there is none.
    @inline(__always)
    mutating func place(of time: Int) -> Int {
        if recent.times ~= time { return recent.place }
        let window = Self.quotient(time, widths[level])
        var place = window &- first
        if place < 0 || place >= cells.count { place = makePlace(of: time) }
        let start = (first + place) * width
        recent = (start..<(start + width), place)
        return place
    }

    /// The times of the window that `time` lies in, as windows are once it has a place.
    mutating func times(around time: Int) -> Range<Int> {
        _ = place(of: time)
        return recent.times
    }

    /// Changes the cell at `place`.
    @inline(__always)
    mutating func update(_ place: Int, _ change: (inout Cell) -> Void) { change(&cells[place]) }

    /// Adds the windows of another grid of the same widths.
    mutating func merge(_ other: TimeGrid) {
        guard !other.cells.isEmpty else { return }
        var other = other
        while level < other.level { coarsen() }
        while other.level < level { other.coarsen() }
        // Both ends first: they decide the width.
        _ = place(of: other.first &* other.width)
        let last = other.first + other.cells.count - 1
        _ = place(of: last &* other.width)
        while other.level < level { other.coarsen() }
        for (index, cell) in other.cells.enumerated() { cells[other.first + index - first].merge(cell) }
    }

    /// Takes the next width.
    mutating func coarsen() {
        guard level + 1 < widths.count else { return }
        recent = (0..<0, 0)
        let factor = widths[level + 1] / widths[level]
        level += 1
        guard !cells.isEmpty else { return }
        let start = Self.quotient(first, factor)
        let end = Self.quotient(first + cells.count - 1, factor)
        var coarse = [Cell](repeating: Cell(), count: end - start + 1)
        for (index, cell) in cells.enumerated() {
            coarse[Self.quotient(first + index, factor) - start].merge(cell)
        }
        first = start
        cells = coarse
    }

    /// Grids whose cells are known.
    ///
    /// - Returns: `nil` where the level or the number of cells is out of range.
    init?(widths: [Int], capacity: Int, level: Int, first: Int, cells: [Cell]) {
        guard widths.indices.contains(level), 1...capacity ~= cells.count else { return nil }
        let limit = Int.max / widths[level]
        guard first > -limit, first < limit - capacity else { return nil }
        self.init(widths: widths, capacity: capacity)
        self.level = level
        self.first = first
        self.cells = cells
    }

    private mutating func makePlace(of time: Int) -> Int {
        recent = (0..<0, 0)
        guard !cells.isEmpty else {
            first = Self.quotient(time, width)
            cells = [Cell()]
            return 0
        }
        while true {
            let window = Self.quotient(time, width)
            let low = min(first, window)
            let high = max(first + cells.count - 1, window)
            if high - low < capacity {
                if low < first { cells.insert(contentsOf: repeatElement(Cell(), count: first - low), at: 0) }
                first = low
                while cells.count <= high - low { cells.append(Cell()) }
                return window - first
            }
            coarsen()
        }
    }

    static func == (a: TimeGrid, b: TimeGrid) -> Bool {
        a.level == b.level && a.first == b.first && a.cells == b.cells
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(level)
        hasher.combine(first)
        hasher.combine(cells)
    }

    /// The quotient rounded down.
    @inline(__always)
    private static func quotient(_ value: Int, _ width: Int) -> Int {
        let quotient = value / width
        return value < 0 && quotient * width != value ? quotient - 1 : quotient
    }
}

extension Int: TimeCell {
    /// Counts saturate.
    mutating func merge(_ other: Int) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }
}
