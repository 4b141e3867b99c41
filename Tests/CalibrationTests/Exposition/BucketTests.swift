import Foundation
import TestSupport
import Testing
import Text

@testable import Calibration

@Suite("Lengths in buckets") struct BucketTests {
    private static func buckets(_ lengths: [Int], _ bounds: [Double]) throws -> LengthBuckets {
        let all = bounds + [.infinity]
        var below = 0
        let counts = all.map { bound in
            let count = lengths.count { Double($0) <= bound }
            defer { below = count }
            return Double(count - below)
        }
        return try LengthBuckets(name: "t", bounds: all, counts: counts, sum: Double(lengths.reduce(0, +)))
    }

    /// Lengths of many laws, some of them far from any geometric one.
    private static func lengths(_ seed: UInt64, least: Int) -> [Int] {
        var generator = SeededGenerator(seed: seed)
        let mean = generator.magnitude(2...20_000)
        let law = Int(seed % 5)
        return (0..<400).map { index in
            let length =
                switch law {
                case 0: generator.geometric(mean: mean)
                case 1: Int(exp(log(mean) + 1.2 * generator.normal()))
                case 2: Int(mean * 2 * generator.unit())
                case 3: index % 3 == 0 ? Int(mean) : Int(mean / 20)
                default: Int(mean / generator.unit().squareRoot())
                }
            return min(1_000_000, max(least, length))
        }
    }

    private static func age(_ lengths: [Int]) -> (mean: Double, deviation: Double) {
        let steps = lengths.reduce(0) { $0 + Double($1) }
        let mean = lengths.reduce(0) { $0 + Double($1) * Double($1 - 1) / 2 } / steps
        let second = lengths.reduce(0) { $0 + Double($1) * Double($1 - 1) * Double(2 * $1 - 1) / 6 } / steps
        return (mean, max(0, second - mean * mean).squareRoot())
    }

    @Test("bounds hold every law that has the counts and the mean", arguments: 1...40 as ClosedRange<UInt64>)
    func bounds(seed: UInt64) throws {
        let lengths = Self.lengths(seed, least: 1)
        let bounds = seed % 2 == 0 ? ExpositionText.bounds(below: 65_536) : [10, 100, 1000, 30_000]
        let buckets = try Self.buckets(lengths, bounds)
        var cells = buckets.cells
        cells[0].lower = max(1, cells[0].lower)
        let found = BucketBounds(cells, sum: buckets.sum ?? 0)
        let n = Double(lengths.count)
        let mean = Double(lengths.reduce(0, +)) / n
        let deviation = (lengths.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / n).squareRoot()
        func holds(_ range: ClosedRange<Double>, _ value: Double) -> Bool {
            range.lowerBound <= value * (1 + 1e-9) + 1e-9 && value * (1 - 1e-9) <= range.upperBound + 1e-9
        }
        #expect(holds(found.deviation, deviation), "\(found.deviation), \(deviation)")
        let age = Self.age(lengths)
        #expect(holds(found.meanAge, age.mean), "\(found.meanAge), \(age.mean)")
        #expect(holds(found.ageDeviation, age.deviation), "\(found.ageDeviation), \(age.deviation)")
        // And the law that is taken.
        let taken = BucketLengths(cells, sum: buckets.sum)
        let total = taken.weights.reduce(0, +)
        let second = zip(taken.values, taken.weights).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) } / total
        #expect(abs(total - n) < 1e-6 && abs(taken.mean - mean) < 1e-6 * mean, "\(taken.mean), \(mean)")
        #expect(holds(found.deviation, second.squareRoot()))
    }

    @Test("bounds are reached by lengths at the ends of their buckets")
    func reached() throws {
        // 6 requests of 1 to 10 and 4 of 11 to 100, with 220 tokens: 2.8 of the 4 at 100 at most, or all 4 at 47.5 and 6 at 5.
        let buckets = try LengthBuckets(name: "t", bounds: [10, 100], counts: [6, 4], sum: 220)
        var cells = buckets.cells
        cells[0].lower = 1
        let found = BucketBounds(cells, sum: 220)
        // Least: those of 1 to 10 at 10, the others at (220 − 60)/4 = 40: variance (6·12² + 4·18²)/10.
        #expect(abs(found.deviation.lowerBound - 216.0.squareRoot()) < 1e-6)
        // Most: 6 and 4 at their lower ends have 50 tokens; 170 more put 170/89 of the 4 at 100.
        let up = 170.0 / 89
        let most = (6 * 21 * 21 + (4 - up) * 11 * 11 + up * 78 * 78) / 10
        #expect(abs(found.deviation.upperBound - most.squareRoot()) < 1e-6)
    }

    @Test("one bucket for each length leaves nothing open")
    func exact() throws {
        let lengths = [1, 1, 2, 3, 3, 3, 6]
        let buckets = try Self.buckets(lengths, [0, 1, 2, 3, 4, 5, 6])
        let found = BucketBounds(buckets.cells, sum: 19)
        let age = Self.age(lengths)
        #expect(abs(found.meanAge.lowerBound - age.mean) < 1e-9 && abs(found.meanAge.upperBound - age.mean) < 1e-9)
        #expect(
            abs(found.ageDeviation.upperBound - age.deviation) < 1e-6
                && abs(found.ageDeviation.lowerBound - age.deviation) < 1e-6)
        #expect(BucketLengths(buckets.cells, sum: 19).values == [1, 2, 3, 6])
    }

    @Test("a geometric law comes back as itself, whatever the buckets", arguments: [5.0, 211, 3000])
    func geometric(mean: Double) throws {
        let p = 1 / mean
        for bounds in [ExpositionText.bounds(below: 131_072), [100, 200, 5000, 40_000]] {
            var below = 0.0
            let all = bounds + [.infinity]
            let counts = all.map { bound in
                let up = bound == .infinity ? 1 : -expm1(bound * log1p(-p))
                defer { below = up }
                return 1e6 * (up - below)
            }
            let buckets = try LengthBuckets(name: "t", bounds: all, counts: counts, sum: 1e6 * mean)
            var cells = buckets.cells
            cells[0].lower = 1
            let taken = BucketLengths(cells, sum: buckets.sum)
            let total = taken.weights.reduce(0, +)
            func moment(_ f: (Double) -> Double) -> Double {
                zip(taken.values, taken.weights).reduce(0) { $0 + $1.1 * f($1.0) } / total
            }
            #expect(abs(taken.mean / mean - 1) < 1e-9)
            #expect(abs(moment { $0 * $0 } / (mean * (2 * mean - 1)) - 1) < 0.003)
            #expect(abs(moment { $0 * ($0 - 1) * ($0 - 2) } / (6 * mean * (mean - 1) * (mean - 1)) - 1) < 0.01)
        }
    }

    @Test("extreme counts, bounds and sums give numbers")
    func extremes() throws {
        for (bounds, counts, sum) in [
            ([Double.infinity], [1.0], 5.0), ([.infinity], [1e15], 1e18), ([1e9], [1], 1e9), ([0], [3], 0),
            ([0, 1e9], [1, 0], 0),
            ([0.5, 1.5, 1e9, .infinity], [1e-3, 1e-3, 1e15, 1e-3], 1e17), ([10, .infinity], [5, 5], 1e10),
        ] {
            let buckets = try LengthBuckets(name: "", bounds: bounds, counts: counts, sum: sum)
            let histograms = LengthHistograms(
                prefill: buckets, decode: try LengthBuckets(name: "", bounds: [7], counts: [9], sum: 9), span: .total,
                warnings: [])
            let load = try MetricsWorkload(histograms).load
            #expect(load.mean.value.isFinite && load.standardDeviation.value.isFinite, "\(bounds)")
            let turned = LengthHistograms(prefill: histograms.decode, decode: buckets, span: .total, warnings: [])
            let other = try MetricsWorkload(turned)
            #expect(
                other.load.mean.value.isFinite && other.load.deviationBounds?.upperBound.isFinite ?? true, "\(bounds)")
            #expect(other.warnings.allSatisfy { !$0.detail.contains("nan") })
        }
    }

    @Test("what is no histogram is refused")
    func refused() {
        for (bounds, counts, sum) in [
            ([], [], nil), ([1.0], [1.0, 2], nil), ([2, 1], [1, 1], nil), ([1, 1], [1, 1], nil), ([1], [0], nil),
            ([1], [-1], nil),
            ([1], [.nan], nil), ([.nan], [1], nil), ([-1], [1], nil), ([2e9], [1], nil), ([0.2, 0.7], [0, 1], nil),
            ([5], [2], 11),
            ([5, 10], [0, 2], 5), ([1], [1], .infinity), ([1], [1e16], nil),
            ((0...256).map(Double.init), [Double](repeating: 1, count: 257), nil),
        ] as [([Double], [Double], Double?)] {
            #expect(throws: InvalidInput.self) {
                try LengthBuckets(name: "t", bounds: bounds, counts: counts, sum: sum)
            }
        }
    }
}
