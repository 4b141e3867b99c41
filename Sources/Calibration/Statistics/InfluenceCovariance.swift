import Glibc
import SizingNumerics

/// How estimates vary from trace to trace, from what single requests do to them.
///
/// An estimate is moved by each request through its influence, a combination of sums of the request (coefficients on 1, p, d, p², pd, d²
/// or on S₀…S₃, around the origins of ``RequestMoments``). Its variance is that of the sum of influences over n².
struct InfluenceCovariance {
    /// Independent of each other, requests add their squares. Where times are known, neighbours may be alike, and the variance is taken
    /// from the slow cosines of the sums by block.
    private let cosines: BlockCosines?
    private let moments: RequestMoments
    /// Requests.
    let count: Double

    /// - Parameter blocks: of the same requests, or of most of them: `nil`, or blocks of fewer than half, to take requests for independent.
    init(_ moments: RequestMoments, count: Double, blocks: RequestBlocks? = nil) {
        self.moments = moments
        self.count = count
        cosines = blocks.flatMap { 2 * Double($0.count) >= count ? BlockCosines($0, moments) : nil }
    }

    /// A standard error, and its degrees of freedom where it is from blocks.
    struct Error {
        let value: Double
        let freedom: Double?
    }

    /// Cosines over the blocks that variances are from; `nil` where requests are taken for independent.
    var cosineCount: Int? { cosines?.number }

    /// Correlation of two estimates by their influences on S₀…S₃.
    func correlation(loads x: [Double], _ y: [Double]) -> Double {
        let (xx, yy, xy) =
            if let cosines {
                (cosines.product(x, x), cosines.product(y, y), cosines.product(x, y))
            } else {
                (independent(x, x), independent(y, y), independent(x, y))
            }
        let both = (xx * yy).squareRoot()
        return both > 0 ? max(-1, min(1, xy / both)) : 0
    }

    /// The standard error of an estimate by its influence on S₀…S₃; zero where what is left is rounding of terms that cancel.
    func error(loads x: [Double]) -> Error {
        var scale = 0.0
        for i in 0..<4 { for j in 0..<4 { scale += abs(x[i] * x[j] * moments.products[i][j]) } }
        let single = independent(x, x)
        guard single > 1e-12 * scale else { return Error(value: 0, freedom: cosines.map { Double($0.number) }) }
        guard let cosines else { return Error(value: (single / count).squareRoot(), freedom: nil) }
        return error(LongRunVariance(cosines.squares(x, of: cosines.loads)))
    }

    private func error(_ variance: LongRunVariance) -> Error {
        Error(value: (variance.value / count).squareRoot(), freedom: variance.freedom)
    }

    /// The same, were requests independent.
    func independentError(loads x: [Double]) -> Double { max(0, independent(x, x) / count).squareRoot() }

    /// The standard error of an estimate by its influence on 1, p, d, p², pd, d²; `nil` where requests are taken for independent.
    func error(lengths x: [Double]) -> Error? {
        cosines.map { error(LongRunVariance($0.squares(x, of: $0.lengths))) }
    }

    /// E[ψ_x ψ_y] over single requests.
    private func independent(_ x: [Double], _ y: [Double]) -> Double {
        var sum = 0.0
        for i in 0..<4 { for j in 0..<4 { sum += x[i] * y[j] * moments.products[i][j] } }
        return sum
    }
}

/// Weighted sums of blocks by the first cosines over the trace.
///
/// With u ∈ [0, 1] the share of the requests that came before, Λ_j = Σ ψ·cos(πju) has the variance of √(1/2)·Σψ as long as requests
/// are alike over less than a j-th of the trace; ``LongRunVariance`` estimates it by the first Λ_j² (U. K. Müller, J. Econometrics 141, 2007; E.
/// Lazarus, D. J. Lewis, J. H. Stock, M. W. Watson, J. Bus. Econ. Stat. 36, 2018). Blocks count by the mean of
/// the cosine over their share, so that a constant has none, and Λ_j² is scaled by the blocks' own squares.
private struct BlockCosines {
    /// Cosines used.
    let number: Int
    /// For each cosine, Σ over blocks of weight · sum, by coefficient.
    let lengths: [[Double]]
    let loads: [[Double]]

    /// So many cosines, fewer for few requests: 0.4·n^(2/3), as Lazarus and others advise.
    private static let most = 24
    /// With fewer, neighbouring requests cannot be told from distant ones.
    private static let least = 3

    init?(_ blocks: RequestBlocks, _ moments: RequestMoments) {
        let cells = blocks.grid.cells.filter { $0.count > 0 }
        let total = Double(blocks.count)
        let number = min(Self.most, cells.count / 3, Int(0.4 * cbrt(total * total)))
        guard number >= Self.least else { return nil }
        var lengths = [[Double]](repeating: [Double](repeating: 0, count: 6), count: number)
        var loads = [[Double]](repeating: [Double](repeating: 0, count: 4), count: number)
        var squares = [Double](repeating: 0, count: number)
        var before = 0.0
        for cell in cells {
            let sums = cell.centred(moments)
            let share = Double(cell.count) / total
            for j in 0..<number {
                let angle = Double.pi * Double(j + 1)
                let weight = (sin(angle * (before + share)) - sin(angle * before)) / (angle * share)
                for index in 0..<6 { lengths[j][index] += weight * sums.lengths[index] }
                for index in 0..<4 { loads[j][index] += weight * sums.loads[index] }
                squares[j] += weight * weight * share
            }
            before += share
        }
        // A block with nearly all requests leaves a cosine nothing to see.
        guard squares.allSatisfy({ $0 > 0.05 }) else { return nil }
        for j in 0..<number {
            let scale = 1 / (squares[j] * total).squareRoot()
            for index in 0..<6 { lengths[j][index] *= scale }
            for index in 0..<4 { loads[j][index] *= scale }
        }
        self.number = number
        self.lengths = lengths
        self.loads = loads
    }

    /// Λ_1², Λ_2², … of an influence.
    func squares(_ x: [Double], of sums: [[Double]]) -> [Double] {
        sums.map { cosine in
            let sum = zip(x, cosine).reduce(0) { $0 + $1.0 * $1.1 }
            return sum * sum
        }
    }

    /// The mean product of the cosines of two influences on S₀…S₃.
    func product(_ x: [Double], _ y: [Double]) -> Double {
        loads.reduce(0) { sum, cosine in
            sum + zip(x, cosine).reduce(0) { $0 + $1.0 * $1.1 } * zip(y, cosine).reduce(0) { $0 + $1.0 * $1.1 }
        } / Double(number)
    }
}
