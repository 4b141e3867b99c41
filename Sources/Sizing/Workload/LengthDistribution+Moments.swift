extension LengthDistribution {
    /// The moments of the length, in closed form for the parametric families.
    public var moments: LengthMoments {
        switch shape {
        case .fixed(let value):
            return LengthMoments.ofSingle(value)
        case .geometric(let mean):
            // Factorial moments n! q^(n−1) / p^n; κ₃ = q(1 + q)/p³.
            let q = 1 - 1 / mean
            return LengthMoments(
                mean: mean, variance: q * mean * mean, thirdCentral: q * (1 + q) * mean * mean * mean,
                factorial2: 2 * q * mean * mean, factorial3: 6 * q * q * mean * mean * mean,
                factorial4: 24 * q * q * q * mean * mean * mean * mean)
        case .uniform(let minimum, let maximum):
            return Self.uniformMoments(from: Double(minimum), to: Double(maximum))
        case .lognormal(let mean, let standardDeviation):
            return Self.lognormalMoments(mean: mean, standardDeviation: standardDeviation)
        case .empirical(let lengths):
            return lengths.moments
        }
    }

    /// The moments of the length as a decode length: at least one step, so a draw below 1 counts as 1.
    ///
    /// Only a lognormal can fall below 1. Where that has a noticeable probability, its part below 64 is summed over the
    /// whole numbers, with each draw rounded at random so that its mean is kept, and the part above is continuous.
    public var decodeMoments: LengthMoments {
        guard case .lognormal(let mean, let standardDeviation) = shape, standardDeviation > 0 else { return moments }
        let parameters = LognormalParameters(mean: mean, standardDeviation: standardDeviation)
        guard parameters.partialMoment(0, below: 2) > 1e-6 else { return moments }
        return parameters.momentsFromOne()
    }

    private static func uniformMoments(from minimum: Double, to maximum: Double) -> LengthMoments {
        // X = minimum + U, U uniform on 0…n−1; all terms are positive, so nothing cancels.
        let n = maximum - minimum + 1
        let u1 = (n - 1) / 2
        let u2 = (n - 1) * (2 * n - 1) / 6
        let u3 = n * (n - 1) * (n - 1) / 4
        let u4 = (n - 1) * (2 * n - 1) * (3 * n * n - 3 * n - 1) / 30
        let a = minimum
        let m1 = a + u1
        let m2 = a * a + 2 * a * u1 + u2
        let m3 = a * a * a + 3 * a * a * u1 + 3 * a * u2 + u3
        let m4 = a * a * a * a + 4 * a * a * a * u1 + 6 * a * a * u2 + 4 * a * u3 + u4
        return .continuous(raw: (m1, m2, m3, m4), variance: (n * n - 1) / 12, thirdCentral: 0)
    }

    private static func lognormalMoments(mean: Double, standardDeviation: Double) -> LengthMoments {
        guard standardDeviation > 0 else { return LengthMoments.ofSingle(mean) }
        // E[X^k] = mean^k w^(k(k−1)/2), w = 1 + (standard deviation / mean)²; skewness (w + 2) √(w − 1).
        let excess = (standardDeviation / mean) * (standardDeviation / mean)
        let w = 1 + excess
        let m2 = mean * mean * w
        let m3 = m2 * mean * w * w
        let m4 = m3 * mean * w * w * w
        let variance = standardDeviation * standardDeviation
        return .continuous(
            raw: (mean, m2, m3, m4), variance: variance,
            thirdCentral: (w + 2) * excess.squareRoot() * variance * standardDeviation)
    }
}
