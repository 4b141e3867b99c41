/// A long series kept as at most 128 equal blocks: when they are full, neighbours are joined and blocks get twice as long.
/// Memory does not grow with the series.
struct BlockMeans: Sendable {
    private static let capacity = 128

    /// Sums of complete blocks.
    private var sums: [Double] = []
    /// Elements a block.
    private(set) var length = 1
    private var partial = 0.0
    private var partialCount = 0

    mutating func add(_ value: Double) {
        partial += value
        partialCount += 1
        guard partialCount == length else { return }
        sums.append(partial)
        partial = 0
        partialCount = 0
        guard sums.count == Self.capacity else { return }
        sums = stride(from: 0, to: Self.capacity, by: 2).map { sums[$0] + sums[$0 + 1] }
        length *= 2
    }

    /// Means of `count` (or, of a short series, fewer) consecutive equal batches, as long as the complete blocks allow.
    func batches(_ count: Int) -> [Double] {
        let size = sums.count / count
        guard size > 0 else { return sums.map { $0 / Double(length) } }
        return (0..<count).map { batch in
            sums[(batch * size)..<((batch + 1) * size)].reduce(0, +) / Double(size * length)
        }
    }
}
