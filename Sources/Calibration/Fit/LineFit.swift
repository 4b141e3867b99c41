import Sizing
import SizingNumerics
import Text

/// A line latency = α·load + β by weighted least squares.
///
/// Around weighted means, so that nothing cancels. Residual variance s² = Σ w r²/(n − 2); Var α̂ = s²/S_xx,
/// Var β̂ = s²(1/W + x̄²/S_xx), Cov = −s² x̄/S_xx (Draper and Smith, Applied Regression Analysis, chapter 1). Two samples leave nothing to
/// tell errors by.
public struct LineFit: Hashable, Sendable {
    /// α̂, microseconds per unit of load; of any sign.
    public let alpha: Estimate
    /// β̂, microseconds; of any sign.
    public let beta: Estimate
    /// Covariance of α̂ and β̂; `nil` from two samples.
    public let covariance: Double?
    /// 1 − Σ w r²/Σ w (y − ȳ)²; 1 where the latencies do not vary.
    public let rSquared: Double
    /// Σ w r².
    let residualSum: Double
    /// The weighted scatter of the loads.
    let spread: Double

    /// `nil` unless there are two distinct loads.
    init?(_ samples: [(load: Double, latency: Double, weight: Double)]) {
        var w = CompensatedSum()
        var x = CompensatedSum()
        var y = CompensatedSum()
        for sample in samples {
            w += sample.weight
            x += sample.weight * sample.load
            y += sample.weight * sample.latency
        }
        guard w.value > 0 else { return nil }
        let meanX = x.value / w.value
        let meanY = y.value / w.value
        var xx = CompensatedSum()
        var xy = CompensatedSum()
        var yy = CompensatedSum()
        for sample in samples {
            let dx = sample.load - meanX
            let dy = sample.latency - meanY
            xx += sample.weight * dx * dx
            xy += sample.weight * dx * dy
            yy += sample.weight * dy * dy
        }
        guard xx.value > 1e-24 * w.value * meanX * meanX, xx.value > 0 else { return nil }
        let slope = xy.value / xx.value
        let intercept = meanY - slope * meanX
        var residuals = CompensatedSum()
        for sample in samples {
            let r = sample.latency - meanY - slope * (sample.load - meanX)
            residuals += sample.weight * r * r
        }
        let freedom = Double(samples.count - 2)
        if freedom > 0 {
            let variance = residuals.value / freedom
            let quantile = StudentT.quantile975(degreesOfFreedom: max(2, freedom))
            alpha = Estimate(slope, standardError: (variance / xx.value).squareRoot(), quantile: quantile)
            beta = Estimate(
                intercept, standardError: (variance * (1 / w.value + meanX * meanX / xx.value)).squareRoot(),
                quantile: quantile)
            covariance = -variance * meanX / xx.value
        } else {
            alpha = Estimate(slope, interval: nil)
            beta = Estimate(intercept, interval: nil)
            covariance = nil
        }
        rSquared = yy.value > 0 ? max(0, 1 - residuals.value / yy.value) : 1
        residualSum = residuals.value
        spread = xx.value
    }

    /// Latency at `load`, microseconds.
    func latency(at load: Double) -> Double { alpha.value * load + beta.value }
}

/// How far a line is from the samples that it was fitted to.
struct LineQuality {
    /// The largest |latency − line|/latency, and where it is.
    let worst: StageCalibration.RelativeError
    /// Whether that is too much for a line: more than a quarter of the latency, or more than a tenth where the other samples are much nearer.
    let isPoor: Bool

    /// - Parameters:
    ///   - samples: at least one.
    ///   - indices: the numbers of the samples as the caller gave them; `nil` for their places.
    init(_ line: LineFit, _ samples: [LatencySample], indices: [Int]? = nil) {
        var errors = samples.map { sample in
            let difference = abs(sample.latency - line.latency(at: sample.load))
            // Against a latency of next to nothing the quotient may leave double precision.
            return (value: difference > 0 ? min(difference / sample.latency, .greatestFiniteMagnitude) : 0, weight: 1.0)
        }
        var place = 0
        for index in errors.indices where errors[index].value > errors[place].value { place = index }
        worst = StageCalibration.RelativeError(
            value: errors[place].value, index: indices?[place] ?? place, sample: samples[place])
        let median = RobustLine.median(&errors)
        isPoor = worst.value > 0.25 || (worst.value > 0.1 && worst.value > 8 * median)
    }

    /// Tells of a poor line; `nil` for a good one.
    var warning: Warning? {
        guard isPoor else { return nil }
        return Warning(
            code: "poor_line",
            detail:
                "The line is off by \(Figure.percent(worst.value)) at load \(Figure.short(worst.sample.load)) (measured "
                + "\(Figure.short(worst.sample.latency)) us). Give the samples with fit \"interpolate\", or measure around the load in use.",
            pointer: "/samples/\(worst.index)")
    }
}
