/// The bins of the histograms of lengths: an octave is cut into equal parts, and short lengths have a bin each.
///
/// At `level` k an octave has 2^k bins, and lengths below 2^(k+1) stand alone. Bins of a coarser level are unions of bins of a
/// finer one, so coarsening and merging commute.
enum LengthBins {
    /// The finest level: 16 bins an octave, a width of 3 to 6 %.
    static let finest = 4
    /// Bins that lengths of 0…1e9 fall into at the finest level.
    static let count = index(of: 1 << 30, level: finest) + 1

    /// The bin of `length` ≥ 0.
    @inline(__always)
    static func index(of length: Int, level: Int) -> Int {
        let exponent = 63 - (length | 1).leadingZeroBitCount
        guard exponent > level else { return length }
        let shift = exponent - level
        return shift << level + length >> shift
    }

    /// The shortest length of bin `index`.
    static func lower(_ index: Int, level: Int) -> Int {
        let width = 1 << level
        guard index >= 2 * width else { return index }
        let shift = index >> level - 1
        return (index & (width - 1) | width) << shift
    }

    /// The longest length of bin `index`.
    static func upper(_ index: Int, level: Int) -> Int { lower(index + 1, level: level) - 1 }

    /// The length that stands for those of bin `index`: the middle.
    static func middle(_ index: Int, level: Int) -> Int {
        let low = lower(index, level: level)
        return low + (upper(index, level: level) - low + 1) / 2
    }
}

/// Counts requests by the finest bins of `LengthBins`, in constant memory.
struct HistogramCounter: Sendable {
    /// By prefill bin, then decode bin.
    private var counts: [Int]

    init() { counts = Array(repeating: 0, count: LengthBins.count * LengthBins.count) }

    /// Counts a request whose lengths lie in 0…1e9.
    @inline(__always)
    mutating func add(prefill: Int, decode: Int) {
        let row = LengthBins.index(of: prefill, level: LengthBins.finest)
        let column = LengthBins.index(of: decode, level: LengthBins.finest)
        counts[row * LengthBins.count + column] += 1
    }

    /// The bins and the count of each cell that occurred.
    var occupied: [(prefill: Int, decode: Int, count: Int)] {
        counts.indices.filter { counts[$0] != 0 }.map {
            ($0 / LengthBins.count, $0 % LengthBins.count, counts[$0])
        }
    }
}
