import Foundation
import TestSupport
import Testing

@testable import SizingNumerics

@Suite("Normal tails")
struct NormalDistributionTests {
    @Test(
        "tails against values in 20 digits",
        arguments: [
            (1.0, 0.158_655_253_931_457_05), (3, 0.001_349_898_031_630_094_5), (6, 9.865_876_450_376_981_4e-10),
            (9, 1.128_588_405_953_840_6e-19), (-2, 0.977_249_868_051_820_8),
        ])
    func tails(x: Double, expected: Double) {
        #expect(relativeError(NormalDistribution.upperTail(x), expected) < 1e-14)
        #expect(relativeError(NormalDistribution.cumulative(-x), expected) < 1e-14)
    }

    @Test("log Φ is continuous across its cases and accurate far out")
    func logCumulative() {
        #expect(
            relativeError(NormalDistribution.logCumulative(-37 + 1e-9), NormalDistribution.logCumulative(-37 - 1e-9))
                < 1e-6)
        #expect(relativeError(NormalDistribution.logCumulative(-40), -804.608_442_013_754) < 1e-6)
        #expect(relativeError(NormalDistribution.logCumulative(9), -1.128_588_405_953_840_6e-19) < 1e-13)
    }

    @Test("the quantile inverts the distribution", arguments: [1e-300, 1e-20, 1e-5, 0.02, 0.3, 0.5, 0.7, 0.999])
    func quantile(p: Double) {
        #expect(relativeError(NormalDistribution.cumulative(NormalDistribution.quantile(p)), p) < 1e-12)
    }

    @Test(
        "mean of the largest of r normals, against published order statistics",
        arguments: [
            (1.0, 0.0), (2, 0.564_189_583_547_756_3), (3, 0.846_284_375_321_634_4), (10, 1.538_752_730_835_173),
        ])
    func expectedMaximum(count: Double, expected: Double) {
        let tail = NormalMaximum.tailIntegral(from: -9.5, to: 9.5, count: count)
        #expect(abs(-9.5 + tail - expected) < 2e-10)
    }

    /// A whole number of instances goes by squarings, the next number above it by the exponential.
    @Test("a whole number of instances and the number just above it agree", arguments: 0..<100)
    func wholeCount(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let lower = Double.random(in: -9.5...7, using: &generator)
        let upper = lower + Double.random(in: 0.01...4, using: &generator)
        let count = generator.magnitude(1...1_000_000).rounded()
        let whole = NormalMaximum.tailIntegral(from: lower, to: upper, count: count)
        let above = NormalMaximum.tailIntegral(from: lower, to: upper, count: count.nextUp)
        #expect(relativeError(whole, above) < 1e-12)
    }

    @Test("the tail integral agrees with a fine midpoint rule", arguments: 0..<30)
    func tailIntegral(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let lower = Double.random(in: -9...7, using: &generator)
        let upper = lower + Double.random(in: 0.01...4, using: &generator)
        let count = generator.magnitude(1...10_000).rounded()
        let steps = 20_000
        let width = (upper - lower) / Double(steps)
        var sum = 0.0
        for step in 0..<steps {
            let z = lower + (Double(step) + 0.5) * width
            sum += 1 - pow(NormalDistribution.cumulative(z), count)
        }
        #expect(abs(NormalMaximum.tailIntegral(from: lower, to: upper, count: count) - sum * width) < 1e-8)
    }
}
