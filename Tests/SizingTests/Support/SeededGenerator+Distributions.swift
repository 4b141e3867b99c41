import Foundation
import TestSupport

extension SeededGenerator {
    /// Log-uniform in `range`, both ends positive.
    mutating func magnitude(_ range: ClosedRange<Double>) -> Double {
        let u = Double.random(in: 0...1, using: &self)
        return range.lowerBound * pow(range.upperBound / range.lowerBound, u)
    }

    private func pow(_ base: Double, _ exponent: Double) -> Double { Foundation.pow(base, exponent) }
}
