import Foundation
import TestSupport

/// Families of traces whose slot load is known.
enum SyntheticTrace: String, CaseIterable {
    /// P = 100, D geometric of mean 500 (the paper's base case).
    case geometric
    /// P and D lognormal, with the Azure trace's means and deviations.
    case lognormal
    /// The same with correlated logarithms (0.6).
    case correlated
    /// The same with −0.6.
    case anticorrelated

    private static func parameters(_ mean: Double, _ deviation: Double) -> (Double, Double) {
        let v = log1p((deviation / mean) * (deviation / mean))
        return (log(mean) - v / 2, v.squareRoot())
    }

    private var correlation: Double { self == .correlated ? 0.6 : self == .anticorrelated ? -0.6 : 0 }

    func request(_ generator: inout SeededGenerator) -> (prefill: Int, decode: Int) {
        if self == .geometric { return (100, generator.geometric(mean: 500)) }
        return request(generator.normal(), generator.normal())
    }

    /// The request of two independent standard normals; not of the geometric family.
    func request(_ x: Double, _ other: Double) -> (prefill: Int, decode: Int) {
        let (m, s) = Self.parameters(1155, 1109)
        let (a, b) = Self.parameters(211, 163)
        let y = correlation * x + (1 - correlation * correlation).squareRoot() * other
        return (Int(exp(m + s * x).rounded()), max(1, Int(exp(a + b * y).rounded())))
    }

    /// θ and ν: closed forms. E[P^i D^j] of a bivariate lognormal is exp(im + ja + (i²s² + j²b² + 2ijρsb)/2); rounding to whole
    /// numbers shifts them by less than 1e-4.
    var truth: (mean: Double, deviation: Double) {
        if self == .geometric { return (599, (500.0 * 499).squareRoot()) }
        let (m, s) = Self.parameters(1155, 1109)
        let (a, b) = Self.parameters(211, 163)
        func moment(_ i: Double, _ j: Double) -> Double {
            exp(i * m + j * a + (i * i * s * s + j * j * b * b + 2 * i * j * correlation * s * b) / 2)
        }
        let d = moment(0, 1)
        let mean = (moment(1, 1) + (moment(0, 2) - d) / 2) / d
        let second =
            (moment(2, 1) + moment(1, 2) - moment(1, 1) + (2 * moment(0, 3) - 3 * moment(0, 2) + d) / 6) / d
        return (mean, (second - mean * mean).squareRoot())
    }
}
