import Glibc

/// Student's t distribution.
public enum StudentT {
    /// The 97.5 % quantile for 2 or more degrees of freedom, whole or not.
    ///
    /// G. W. Hill, Algorithm 396, Comm. ACM 13 (1970): relative error below 1e-4 here.
    public static func quantile975(degreesOfFreedom n: Double) -> Double {
        let p = 0.05
        if n <= 2 { return (2 / (p * (2 - p)) - 2).squareRoot() }
        guard n < 1e6 else { return NormalDistribution.quantile(0.975) }
        let a = 1 / (n - 0.5)
        let b = 48 / (a * a)
        var c = ((20700 * a / b - 98) * a - 16) * a + 96.36
        let d = ((94.5 / (b + c) - 3) / b + 1) * (a * Double.pi / 2).squareRoot() * n
        var y = pow(d * p, 2 / n)
        if y > 0.05 + a {
            let x = NormalDistribution.quantile(p / 2)
            y = x * x
            if n < 5 { c += 0.3 * (n - 4.5) * (x + 0.6) }
            c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
            y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
            y = a * y * y
            y = y > 0.002 ? expm1(y) : 0.5 * y * y + y
        } else {
            y =
                ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1) * (n + 1)
                / (n + 2) + 1 / y
        }
        return (n * y).squareRoot()
    }

    /// The same for 1 or more whole degrees of freedom, to three decimals: relative error below 3e-4.
    ///
    /// Simulated intervals are made of these figures, so that one seed gives the same bytes in every version.
    public static func tabulated975(degreesOfFreedom n: Int) -> Double {
        if n <= table.count { return table[n - 1] }
        // Cornish–Fisher around the normal 1.95996.
        return 1.95996 + 2.3723 / Double(n) + 2.8225 / Double(n * n)
    }

    private static let table = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086,
    ]
}

/// The regularised incomplete beta function I_x(a, b).
public enum IncompleteBeta {
    /// By Lentz's continued fraction (Numerical Recipes, section 6.4); 0 ≤ x ≤ 1, a, b > 0.
    public static func regularised(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
        return x < (a + 1) / (a + b + 2)
            ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        var c = 1.0
        var d = 1 - (a + b) * x / (a + 1)
        d = 1 / (abs(d) < tiny ? tiny : d)
        var result = d
        for m in 1...10_000 {
            let k = Double(m)
            for term in [
                k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k)),
                -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1)),
            ] {
                d = 1 + term * d
                d = 1 / (abs(d) < tiny ? tiny : d)
                c = 1 + term / c
                if abs(c) < tiny { c = tiny }
                result *= c * d
            }
            if abs(c * d - 1) < 1e-14 { break }
        }
        return result
    }

    /// P(F > f) of Fisher's distribution with `numerator` and `denominator` degrees of freedom.
    public static func fisherTail(_ f: Double, numerator: Double, denominator: Double) -> Double {
        guard f > 0 else { return 1 }
        guard f.isFinite else { return 0 }
        return regularised(denominator / (denominator + numerator * f), denominator / 2, numerator / 2)
    }
}
