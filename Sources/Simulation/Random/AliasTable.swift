/// Draws an index with probability proportional to its weight, in constant time (Walker 1977, Vose 1991).
struct AliasTable: Sendable {
    private struct Column: Sendable {
        /// The column's own index is taken while the fraction lies below.
        var threshold: UInt64
        var alias: Int
    }

    private let columns: [Column]

    /// - Parameter weights: finite, not negative, not all zero.
    init(weights: [Double]) {
        let total = weights.reduce(0, +)
        let scale = Double(weights.count) / total
        var scaled = weights.map { $0 * scale }
        var columns = weights.indices.map { Column(threshold: .max, alias: $0) }
        var small = scaled.indices.filter { scaled[$0] < 1 }
        var large = scaled.indices.filter { scaled[$0] >= 1 }
        while let low = small.popLast(), let high = large.last {
            columns[low] = Column(threshold: Self.threshold(scaled[low]), alias: high)
            scaled[high] -= 1 - scaled[low]
            if scaled[high] < 1 {
                large.removeLast()
                small.append(high)
            }
        }
        self.columns = columns
    }

    private static func threshold(_ fraction: Double) -> UInt64 {
        fraction >= 1 ? .max : UInt64(max(0, fraction) * 0x1p64)
    }

    /// One draw, from one number: its high part names the column, the rest decides in it.
    @inline(__always)
    func draw(_ generator: inout Xoroshiro128) -> Int {
        let (column, fraction) = generator.next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: columns.count))
        let index = Int(truncatingIfNeeded: column)
        return fraction < columns[index].threshold ? index : columns[index].alias
    }
}
