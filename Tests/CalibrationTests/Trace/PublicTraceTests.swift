import Foundation
import TestSupport
import Testing

@testable import Calibration

@Suite("Public traces")
struct PublicTraceTests {
    /// θ and ν² by exact rational arithmetic over whole numbers, from another reader of the file.
    static func reference(_ trace: PublicTrace) throws -> (mean: Double, variance: Double) {
        let (prefill, decode) = try trace.lengths()
        var steps: Int128 = 0
        var first: Int128 = 0
        var second: Int128 = 0
        for (p, d) in zip(prefill, decode) {
            let p = Int128(p)
            let d = Int128(d)
            steps += d
            first += p * d + d * (d - 1) / 2
            second += d * p * p + p * d * (d - 1) + d * (d - 1) * (2 * d - 1) / 6
        }
        return (
            Double(first) / Double(steps), Double(second * steps - first * first) / (Double(steps) * Double(steps))
        )
    }

    @Test(
        "θ and ν² agree with exact arithmetic",
        arguments: [(PublicTrace.azureSeed, TraceFormat.csv, 1000), (.mooncakeSeed, .jsonLines, 300)])
    func seeds(trace: PublicTrace, format: TraceFormat, requests: Int) throws {
        let statistics = try TraceStatistics(summary(try trace.bytes(), format))
        let expected = try Self.reference(trace)
        #expect(statistics.requests == requests)
        #expect(relativeError(statistics.loadMean.value, expected.mean) < 1e-9)
        #expect(relativeError(pow(statistics.loadStandardDeviation.value, 2), expected.variance) < 1e-9)
    }

    @Test(
        "Azure 2023 conversation: θ 1226.479, ν² 508,197",
        .enabled(if: PublicTrace.azure.isPresent, "\(PublicTrace.absence)"))
    func azureTrace() throws {
        let statistics = try TraceStatistics(summary(try PublicTrace.azure.bytes(), .csv))
        let expected = try Self.reference(.azure)
        #expect(statistics.requests == 19366)
        #expect(relativeError(statistics.loadMean.value, expected.mean) < 1e-9)
        #expect(relativeError(pow(statistics.loadStandardDeviation.value, 2), expected.variance) < 1e-9)
        #expect(abs(statistics.loadMean.value - 1226.479) < 5e-4)
        #expect(abs(pow(statistics.loadStandardDeviation.value, 2) - 508_197) < 0.5)
        #expect(abs(try #require(statistics.correlation).value + 0.112) < 5e-4)
    }

    @Test(
        "Mooncake synthetic: θ 7291.44, ν² 1.32976e8",
        .enabled(if: PublicTrace.mooncake.isPresent, "\(PublicTrace.absence)"))
    func mooncake() throws {
        let statistics = try TraceStatistics(summary(try PublicTrace.mooncake.bytes(), .jsonLines))
        let expected = try Self.reference(.mooncake)
        #expect(statistics.requests == 3993)
        #expect(relativeError(statistics.loadMean.value, expected.mean) < 1e-9)
        #expect(relativeError(pow(statistics.loadStandardDeviation.value, 2), expected.variance) < 1e-9)
        #expect(abs(statistics.loadMean.value - 7291.44) < 5e-3)
        #expect(abs(pow(statistics.loadStandardDeviation.value, 2) - 1.32976e8) < 500)
    }

    @Test(
        "Mooncake synthetic: hit ratios by the size of the cache, uncached mean, dispersion",
        .enabled(if: PublicTrace.mooncake.isPresent, "\(PublicTrace.absence)"))
    func mooncakePrefixes() throws {
        let activity = try #require(try summary(try PublicTrace.mooncake.bytes(), .jsonLines).activity)
        let prefixes = try #require(activity.prefixes)
        for (blocks, percent) in [(nil, 65.1), (50_000, 65.1), (10_000, 43.1), (1000, 8.4)] {
            let size = try #require(prefixes.sizes.first { $0.blocks == blocks })
            #expect(abs(100 * size.uncached.hitRatio - percent) < 0.05)
        }
        #expect(abs(try #require(prefixes.sizes.last).uncached.mean - 5345) < 0.5)
        let arrivals = try #require(activity.arrivals.flatMap { ArrivalStatistics($0) })
        #expect(arrivals.scale?.window == 10 && abs((arrivals.scale?.dispersion ?? 0) - 1.37) < 0.005)
    }

    @Test("the Azure seed split anywhere and merged is the whole", arguments: [1, 2, 97, 500, 999])
    func split(cut: Int) throws {
        let lines = String(decoding: try PublicTrace.azureSeed.bytes(), as: UTF8.self)
            .split(whereSeparator: \.isNewline)
        let whole = try summary(lines.joined(separator: "\n"), .csv)
        var merged = try summary(lines[...cut].joined(separator: "\n"), .csv)
        try merged.merge(summary(([lines[0]] + lines[(cut + 1)...]).joined(separator: "\n"), .csv))
        // Whole summaries compared with #expect would be printed cell by cell.
        let isSame =
            merged.sums == whole.sums && merged.histogram == whole.histogram && merged.lines == whole.lines
            && merged.reading == whole.reading && merged.activity?.arrivals == whole.activity?.arrivals
            && merged.activity?.blocks == whole.activity?.blocks
        #expect(isSame)
        #expect(try TraceStatistics(merged) == TraceStatistics(whole))
    }
}
