import Foundation
import TestSupport

extension SeededGenerator {
    /// Uniform in (0, 1).
    mutating func unit() -> Double { (Double(next() >> 11) + 0.5) / 9_007_199_254_740_992 }

    mutating func normal() -> Double { (-2 * log(unit())).squareRoot() * cos(2 * Double.pi * unit()) }

    mutating func geometric(mean: Double) -> Int {
        mean <= 1 ? 1 : min(1_000_000_000, 1 + Int(log(unit()) / log1p(-1 / mean)))
    }
}
