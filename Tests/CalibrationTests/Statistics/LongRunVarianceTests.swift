import Foundation
import TestSupport
import Testing

@testable import Calibration

@Suite("Variance from cosines") struct LongRunVarianceTests {
    /// Squares of 24 cosines with the spectrum S(0) = 1 and a corner.
    private static func squares(corner: Double, _ generator: inout SeededGenerator) -> [Double] {
        (1...24).map { j in
            let z = generator.normal()
            return z * z / (1 + (Double(j) / corner) * (Double(j) / corner))
        }
    }

    /// The mean of squares is `plain`; the fit leans to longer likeness where there is none, and falls short where it is very long.
    static let corners: [(corner: Double, plain: Double, fitted: ClosedRange<Double>)] = [
        (.infinity, 1, 1...1.3), (32, 0.85, 1...1.2), (16, 0.64, 0.9...1.05), (10, 0.47, 0.72...0.85),
    ]

    @Test("near the value before the first cosine, where a mean of squares is short of it", arguments: corners)
    func bias(corner: Double, plain: Double, fitted: ClosedRange<Double>) {
        var generator = SeededGenerator(seed: 7)
        var value = 0.0
        var mean = 0.0
        let rounds = 4000
        for _ in 0..<rounds {
            let squares = Self.squares(corner: corner, &generator)
            let estimate = LongRunVariance(squares)
            #expect(estimate.freedom > 7 && estimate.freedom <= 24)
            value += estimate.value / Double(rounds)
            mean += squares.reduce(0, +) / Double(24 * rounds)
        }
        #expect(abs(mean - plain) < 0.03)
        #expect(fitted ~= value, "\(value)")
    }

    @Test("nothing varies: zero; one cosine that is not zero is enough")
    func degenerate() {
        #expect(LongRunVariance([0, 0, 0]).value == 0)
        #expect(LongRunVariance([0, 0, 3]).value >= 1)
        #expect(LongRunVariance([1e300, 1e300, 1e300]).value.isFinite)
    }
}
