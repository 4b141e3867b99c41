import Foundation
import TestSupport
import Testing

@testable import Calibration

@Suite("Arrivals")
struct ArrivalTests {
    /// Arrivals of an inhomogeneous Poisson process by thinning, microseconds.
    static func poisson(
        seconds: Double, most: Double, _ generator: inout SeededGenerator, _ rate: (Double) -> Double
    ) -> [Int] {
        var times: [Int] = []
        var t = 0.0
        while true {
            t -= log(generator.unit()) / most
            guard t < seconds else { return times }
            if generator.unit() * most < rate(t) { times.append(Int(t * 1e6)) }
        }
    }

    static func counts(_ times: some Sequence<Int>) -> ArrivalCounts {
        var counts = ArrivalCounts()
        for time in times { counts.add(time) }
        return counts
    }

    @Test("in any order, and merged from any parts, the counts are the same", arguments: 0..<20)
    func merging(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let scale = [1e4, 1e7, 1e9, 1e11, 1e14, 1e17][Int(seed % 6)]
        let times = (0..<500).map { _ in Int((generator.unit() * 2 - 1) * scale) }
        let whole = Self.counts(times)
        #expect(Self.counts(times.shuffled(using: &generator)) == whole)
        var parts = (0..<3).map { _ in ArrivalCounts() }
        for time in times { parts[Int.random(in: 0..<3, using: &generator)].add(time) }
        var merged = parts[0]
        merged.merge(parts[1])
        merged.merge(parts[2])
        #expect(merged == whole)
        let (width, start, counts) = whole.windows
        #expect(counts.reduce(0, +) == 500 && counts.count <= ArrivalCounts.maximumWindows)
        #expect(try ArrivalCounts(width: width, start: start, counts: counts, span: #require(whole.span)) == whole)
        // Against counting each window for itself.
        for (index, count) in counts.enumerated() where count > 0 || index % 97 == 0 {
            let window = (start + index * width)..<(start + (index + 1) * width)
            #expect(times.count { window ~= $0 } == count)
        }
    }

    @Test("Poisson arrivals have dispersion 1 at every scale, no trend and no period", arguments: 0..<20)
    func poisson(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 100 + seed)
        let times = Self.poisson(seconds: 3600, most: 5, &generator) { _ in 5 }
        let statistics = try #require(ArrivalStatistics(Self.counts(times)))
        #expect(abs(try #require(statistics.rate) - 5) < 0.15)
        #expect(try #require(statistics.scale).window == 10)
        for scale in statistics.scales where scale.windows >= 300 {
            #expect(abs(scale.dispersion - 1) < 5 * (2 / Double(scale.windows)).squareRoot())
        }
        #expect(statistics.period == nil)
        #expect(try #require(statistics.trend).isSignificant == false)
    }

    @Test("a trend and a period are found, with their sizes", arguments: 0..<5)
    func trendAndPeriod(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 200 + seed)
        let week = 7 * 86_400.0
        let times = Self.poisson(seconds: week, most: 0.6, &generator) {
            0.15 + 0.3 * $0 / week + 0.08 * sin(2 * Double.pi * $0 / 86_400)
        }
        let statistics = try #require(ArrivalStatistics(Self.counts(times)))
        let period = try #require(statistics.period)
        #expect(relativeError(period.length, 86_400) < 0.02)
        #expect(relativeError(period.amplitude, 0.08) < 0.1)
        let trend = try #require(statistics.trend)
        #expect(trend.isSignificant && abs(trend.change - 0.3) < 0.1)
    }

    @Test("the busiest window is the one with the most arrivals")
    func busiest() throws {
        var times = (0..<200).map { $0 * 1_000_000 }
        times += (0..<50).map { 73_000_000 + $0 * 1000 }
        let statistics = try #require(ArrivalStatistics(Self.counts(times)))
        let scale = try #require(statistics.scale)
        #expect(scale.window == 10 && scale.busiest.start == 70_000_000 && scale.busiest.requests == 60)
        #expect(scale.busiest.rate == 6)
        // 19 windows of 10 and one of 60: mean 12.5, variance (19·2.5² + 47.5²)/20.
        #expect(relativeError(scale.dispersion, (19 * 6.25 + 2256.25) / 20 / 12.5) < 1e-12)
    }

    @Test("one arrival, or many at once, have no rate")
    func degenerate() throws {
        #expect(ArrivalStatistics(ArrivalCounts()) == nil)
        for times in [[5], [7, 7, 7]] {
            let statistics = try #require(ArrivalStatistics(Self.counts(times)))
            #expect(statistics.rate == nil && statistics.scales.isEmpty && statistics.trend == nil)
        }
        #expect(try #require(ArrivalStatistics(Self.counts([0, 500_000, 1_000_000]))).rate == 2)
    }

    @Test("counts that no arrivals make are refused")
    func refused() {
        #expect(throws: (any Error).self) { try ArrivalCounts(width: 7, start: 0, counts: [1], span: 0...0) }
        #expect(throws: (any Error).self) { try ArrivalCounts(width: 1000, start: 1, counts: [1], span: 1...1) }
        #expect(throws: (any Error).self) { try ArrivalCounts(width: 1000, start: 0, counts: [0], span: 0...0) }
        #expect(throws: (any Error).self) { try ArrivalCounts(width: 1000, start: 0, counts: [1, -1], span: 0...1000) }
        #expect(throws: (any Error).self) { try ArrivalCounts(width: 1000, start: 0, counts: [1, 1], span: 0...2000) }
        #expect(throws: (any Error).self) {
            try ArrivalCounts(width: 1000, start: 0, counts: [1 << 53, 1], span: 0...1000)
        }
    }
}
