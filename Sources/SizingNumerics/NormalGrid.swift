import Glibc

/// A fixed grid of normal quantiles with the weights that turn a monotone function of the largest of r normals into its
/// expectation.
///
/// E[φ(max Z)] = φ(z₀) + Σ_j (φ(z_{j+1}) − φ(z_j)) · S̄_j, with S̄_j the mean of S(z) = 1 − Φ(z)^r over the cell, for φ
/// linear between the nodes. The cells are an eighth wide, so two Gauss nodes a cell give S̄ to 1e-7, and a kink of φ
/// inside a cell costs less than 0.001 of its slope.
public enum NormalGrid {
    public static let bound = 8.0
    public static let step = 0.125
    /// Nodes: −bound, −bound + step, …, bound.
    public static let count = 129

    public static func node(_ index: Int) -> Double { -bound + Double(index) * step }

    /// Φ at the nodes.
    public static let cumulative: [Double] = (0..<count).map { NormalDistribution.cumulative(node($0)) }

    /// log Φ at the two Gauss nodes of each cell.
    private static let logCumulative: [(Double, Double)] = (0..<(count - 1)).map { cell in
        let middle = node(cell) + step / 2
        let offset = step / 2 * (1.0 / 3).squareRoot()
        return (
            NormalDistribution.logCumulative(middle - offset), NormalDistribution.logCumulative(middle + offset)
        )
    }

    /// S̄ of a cell for the largest of `maximumOf` normals, 1 or more.
    public static func meanUpperTail(cell: Int, maximumOf: Double) -> Double {
        let (lower, upper) = logCumulative[cell]
        if maximumOf * upper < -40 { return 1 }
        return -0.5 * (expm1(maximumOf * lower) + expm1(maximumOf * upper))
    }

    /// E[φ(max Z)] for φ given at the nodes, non-decreasing.
    public static func expectation(maximumOf: Double, _ value: (Int) -> Double) -> Double {
        var previous = value(0)
        var total = previous
        for cell in 0..<(count - 1) {
            let next = value(cell + 1)
            if next > previous { total += (next - previous) * meanUpperTail(cell: cell, maximumOf: maximumOf) }
            previous = next
        }
        return total
    }

    /// Where on the grid, in steps from its start, Φ⁻¹(Φ(z)^(1/count)) lies for each node z: a normal whose largest of
    /// `count` is the node. All in 0 ..< count of nodes − 1.
    public static func positions(ofLargest count: Double) -> [Double] {
        if count < Double(knownPositions.count), count == count.rounded(.down) { return knownPositions[Int(count)] }
        return makePositions(ofLargest: count)
    }

    /// The usual numbers of microbatches, made once.
    private static let knownPositions: [[Double]] = (0...8).map { makePositions(ofLargest: Double(max(1, $0))) }

    private static func makePositions(ofLargest count: Double) -> [Double] {
        (0..<Self.count).map { index in
            let logProbability = NormalDistribution.logCumulative(node(index)) / count
            // Through the upper tail, which stays exact near 1.
            let z = -NormalDistribution.quantile(-expm1(logProbability))
            return min(max((z + bound) / step, 0), Double(Self.count - 1).nextDown)
        }
    }
}
