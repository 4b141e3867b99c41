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
