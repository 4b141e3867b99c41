import Glibc
import SizingNumerics

/// Whether samples follow a line, a roofline, or neither.
///
/// With repeated loads the scatter within them is pure error, and an F test asks whether a fit leaves more than that (Draper and
/// Smith, section 2.1). Without, the residuals must show it: Fisher's test of the two-piece fit against the line, and for
/// either a test of runs of signs along the load. A bend that changes the fit by less than 2 % anywhere is none for practice.
struct ShapeVerdict {
    let shape: StageCalibration.Shape
    let knee: Knee?
    let lackOfFit: Double?

    private static let significance = 0.001
    /// Relative difference below which a better fit does not matter.
    private static let negligible = 0.02

    init(_ points: [(load: Double, latency: Double, weight: Double)], stop: () -> Bool) {
        let distinct = Set(points.map(\.load)).count
        guard let line = LineFit(points), points.count >= 5, distinct >= 4 else {
            shape = .line
            knee = nil
            lackOfFit = nil
            return
        }
        let largest = points.reduce(0) { max($0, abs($1.latency)) }
        let tiny = 1e-18 * largest * largest * points.reduce(0) { $0 + $1.weight }
        let pure = Self.pureError(points)
        let lineTest = Self.lackOfFit(line.residualSum, parameters: 2, distinct: distinct, pure: pure, tiny: tiny)
        let candidate = Knee(points, stop: stop)
        let bend = candidate.flatMap { $0.alphaAfter > $0.alphaBefore ? $0 : nil }
        var improvement: Double?
        if let candidate, points.count > 5 {
            let freedom = Double(points.count - 4)
            let f = ((line.residualSum - candidate.residualSum) / 2) / max(candidate.residualSum / freedom, tiny)
            improvement = IncompleteBeta.fisherTail(f, numerator: 2, denominator: freedom)
        }
        lackOfFit = lineTest ?? improvement
        let isOff = (lackOfFit ?? 1) < Self.significance || (improvement ?? 1) < Self.significance
        let difference = points.reduce(0) { worst, point in
            max(
                worst,
                abs((candidate?.latency(at: point.load) ?? point.latency) - line.latency(at: point.load))
                    / max(abs(point.latency), 1e-12))
        }
        knee = bend
        guard isOff, difference > Self.negligible, line.residualSum > tiny else {
            shape = .line
            return
        }
        guard let bend, (improvement ?? 1) < Self.significance else {
            shape = .neither
            return
        }
        // A steeper second line must itself be a fit.
        let kneeTest = Self.lackOfFit(bend.residualSum, parameters: 4, distinct: distinct, pure: pure, tiny: tiny)
        let worst = points.reduce(0) {
            max($0, abs(bend.latency(at: $1.load) - $1.latency) / max(abs($1.latency), 1e-12))
        }
        let fits = bend.residualSum <= tiny || (kneeTest.map { $0 >= Self.significance } ?? true)
        shape = (fits && Self.looksRandom(points, bend)) || worst < Self.negligible ? .roofline : .neither
    }

    /// Scatter within repeated loads and its degrees of freedom.
    private static func pureError(
        _ points: [(load: Double, latency: Double, weight: Double)]
    ) -> (sum: Double, freedom: Int) {
        var sum = 0.0
        var freedom = 0
        for (_, group) in Dictionary(grouping: points, by: \.load).sorted(by: { $0.key < $1.key }) where group.count > 1
        {
            let w = group.reduce(0) { $0 + $1.weight }
            let mean = group.reduce(0) { $0 + $1.weight * $1.latency } / w
            sum += group.reduce(0) { $0 + $1.weight * ($1.latency - mean) * ($1.latency - mean) }
            freedom += group.count - 1
        }
        return (sum, freedom)
    }

    /// F test of what a fit leaves beyond pure error; `nil` without repeated loads.
    private static func lackOfFit(
        _ residuals: Double, parameters: Int, distinct: Int, pure: (sum: Double, freedom: Int), tiny: Double
    ) -> Double? {
        guard pure.freedom >= 3, distinct > parameters else { return nil }
        let numerator = Double(distinct - parameters)
        let f = max(0, residuals - pure.sum) / numerator / max(pure.sum / Double(pure.freedom), tiny)
        return IncompleteBeta.fisherTail(f, numerator: numerator, denominator: Double(pure.freedom))
    }

    /// Whether the signs of the residuals change often enough along the load (Wald and Wolfowitz' runs test, 0.5 % one-sided).
    private static func looksRandom(_ points: [(load: Double, latency: Double, weight: Double)], _ knee: Knee) -> Bool {
        let signs = points.sorted { ($0.load, $0.latency) < ($1.load, $1.latency) }.map {
            $0.latency > knee.latency(at: $0.load)
        }
        let plus = Double(signs.count { $0 })
        let minus = Double(signs.count) - plus
        guard plus >= 4, minus >= 4 else { return true }
        let runs = Double(1 + zip(signs, signs.dropFirst()).count { $0 != $1 })
        let n = plus + minus
        let mean = 1 + 2 * plus * minus / n
        let variance = (mean - 1) * (mean - 2) / (n - 1)
        return runs > mean - 2.576 * variance.squareRoot()
    }
}
