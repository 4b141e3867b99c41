import SizingNumerics

/// θ, ν and skewness of the slot load (a ratio estimator), with delta-method errors; from few requests they have none.
///
/// Around an origin c next to θ, δ = θ − c, A = E[D]: the influence of a request on θ is (S₁′ − δS₀)/A, on ν² it is
/// (S₂″ − ν²S₀)/A, on κ₃ = ν³·skewness (S₃″ − κ₃S₀ − 3ν²S₁″)/A, where S_k″ is around θ. The variances are quadratic forms of
/// E[S_a′ S_b′], which are exact; nothing cancels but what is truly small.
struct LoadEstimates {
    let mean: Estimate
    let standardDeviation: Estimate
    /// `nil` where the load does not vary.
    let skewness: Estimate?
    let errorCorrelation: Double

    init(_ moments: RequestMoments, histogram: JointHistogram, covariance: InfluenceCovariance) {
        let a = moments.steps
        let delta = moments.loads[1] / a
        let theta = Double(moments.loadOrigin) + delta
        let m2 = moments.loads[2] / a
        let m3 = moments.loads[3] / a
        var variance = m2 - delta * delta
        if variance <= 1e-28 * theta * theta { variance = 0 }
        let third = variance > 0 ? m3 - 3 * delta * m2 + 2 * delta * delta * delta : 0

        let onMean = [-delta / a, 1 / a, 0, 0]
        let onVariance = [(delta * delta - variance) / a, -2 * delta / a, 1 / a, 0]
        let onThird = [
            (-delta * delta * delta - third + 3 * variance * delta) / a, (3 * delta * delta - 3 * variance) / a,
            -3 * delta / a, 1 / a,
        ]
        let n = covariance.count
        let shapes = Self.shapes(histogram, origin: theta, variance: variance)
        let meanError = covariance.error(loads: onMean)
        let varianceError = covariance.error(loads: onVariance)
        mean =
            n < 2
            ? Estimate(undetermined: theta)
            : Estimate(
                theta, error: meanError, shape: shapes.mean,
                independentError: covariance.independentError(loads: onMean))
        // The second moment of two requests says nothing of its own error.
        standardDeviation =
            n < 3
            ? Estimate(undetermined: variance.squareRoot())
            : Estimate(
                variance, error: varianceError, shape: shapes.variance,
                independentError: covariance.independentError(loads: onVariance)
            ).squareRoot
        if variance > 0 {
            let nu = variance.squareRoot()
            let gamma = third / (variance * nu)
            let onSkewness = (0..<4).map {
                (onThird[$0] - 1.5 * third / variance * onVariance[$0]) / (variance * nu)
            }
            skewness =
                n < 4
                ? Estimate(undetermined: gamma)
                : Estimate(gamma, error: covariance.error(loads: onSkewness), within: -(.infinity)...(.infinity))
        } else {
            skewness = nil
        }
        errorCorrelation =
            meanError.value > 0 && varianceError.value > 0 ? covariance.correlation(loads: onMean, onVariance) : 0
    }

    /// The shapes of the influences on θ and ν², from the histogram: they only correct intervals, so its resolution is enough.
    private static func shapes(
        _ histogram: JointHistogram, origin theta: Double, variance: Double
    ) -> (mean: InfluenceShape, variance: InfluenceShape) {
        var onMean: [(value: Double, count: Double)] = []
        var onVariance: [(value: Double, count: Double)] = []
        onMean.reserveCapacity(histogram.cells.count)
        onVariance.reserveCapacity(histogram.cells.count)
        for cell in histogram.cells {
            let x = Double(cell.prefill) - theta
            let d = Double(cell.decode)
            let pairs = d * (d - 1) / 2
            let count = Double(cell.count)
            onMean.append((d * x + pairs, count))
            onVariance.append((d * (x * x - variance) + 2 * x * pairs + pairs * (2 * d - 1) / 3, count))
        }
        return (InfluenceShape(onMean), InfluenceShape(onVariance))
    }
}
