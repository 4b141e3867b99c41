import Foundation
import TestSupport
import Testing

@testable import Sizing

/// A ratio sweep measured on a real deployment (`Tests/Fixtures/fastafd-sweep.csv`): two microbatches, fixed lengths, so
/// step = max(2a, 2f, a + f + c).
@Suite("A published ratio sweep")
struct PublishedSweepTests {
    struct Point {
        var r: Int
        var batch: Int
        var context: Int
        /// Milliseconds.
        var step: Double

        static func all() throws -> [Point] {
            try Fixture.numbers("fastafd-sweep.csv").map { row in
                Point(
                    r: Int(try #require(row["ratio"])), batch: Int(try #require(row["batch"])),
                    context: Int(try #require(row["context"])), step: try #require(row["step_ms"]))
            }
        }
    }

    /// Attention at 8K and at 16K, FFN against the aggregated batch; c is a part of β of the round.
    struct Fit {
        var attention8K: Double
        var attention16K: Double
        var alpha: Double
        var beta: Double
        var communication: Double

        func problem(_ context: Int, batchSize: Int) throws -> BundleParameters {
            let attention = context == 8192 ? attention8K : attention16K
            let load = Double(batchSize * context)
            return try BundleParameters(
                slotLoad: SlotLoad(mean: Double(context), standardDeviation: 0),
                stages: StageLatencies(
                    attention: LatencyModel(LatencyLine(alpha: attention / load, beta: 0)),
                    ffn: LatencyModel(LatencyLine(alpha: alpha, beta: beta)),
                    communication: LatencyModel(LatencyLine(alpha: 0, beta: communication))),
                batchSize: batchSize, microbatches: 2)
        }

        /// A step is both microbatches: 2 τ, milliseconds.
        func step(_ point: Point) throws -> Double {
            let parameters = try problem(point.context, batchSize: point.batch)
            return 2e-3 * MeanFieldCycle(parameters).duration(ratio: Double(point.r))
        }

        func error(_ points: [Point]) throws -> Double {
            try points.reduce(0) { $0 + pow(try step($1) / $1.step - 1, 2) }
        }
    }

    /// Least squares over the coefficients by a pattern search: each is tried a step up and down, and steps shrink.
    private func minimise(_ start: [Double], _ error: ([Double]) throws -> Double) rethrows -> [Double] {
        var best = start
        var value = try error(best)
        var scale = 0.2
        while scale > 1e-6 {
            var improved = false
            for index in best.indices {
                for factor in [1 + scale, 1 / (1 + scale)] {
                    var candidate = best
                    candidate[index] *= factor
                    let other = try error(candidate)
                    if other < value {
                        (best, value) = (candidate, other)
                        improved = true
                    }
                }
            }
            // Two at once, against each other: the valley between α and β is narrow.
            for (one, other) in [(1, 2), (0, 3), (2, 3), (1, 3)] where best.count > 3 {
                for factor in [1 + scale, 1 / (1 + scale)] {
                    var candidate = best
                    candidate[one] *= factor
                    candidate[other] /= factor
                    let result = try error(candidate)
                    if result < value {
                        (best, value) = (candidate, result)
                        improved = true
                    }
                }
            }
            if !improved { scale /= 2 }
        }
        return best
    }

    @Test("fitted on the five 8K points and one 16K point, the other 16K steps are within 1.5 %, the best ratios right")
    func prediction() throws {
        let points = try Point.all()
        let short = points.filter { $0.context == 8192 }
        let long = points.filter { $0.context == 16384 }
        #expect(short.count == 5 && long.count == 5)
        // Microseconds: a, α, β, c.
        let fitted = try minimise([16_000, 3, 2_000, 2_000]) { x in
            try Fit(attention8K: x[0], attention16K: x[0], alpha: x[1], beta: x[2], communication: x[3]).error(short)
        }
        var fit = Fit(
            attention8K: fitted[0], attention16K: fitted[0], alpha: fitted[1], beta: fitted[2],
            communication: fitted[3])
        let anchor = try #require(long.first { $0.r == 3 })
        fit.attention16K =
            try minimise([fit.attention8K]) { x in
                var candidate = fit
                candidate.attention16K = x[0]
                return try candidate.error([anchor])
            }[0]
        for point in long where point.r != anchor.r {
            let step = try fit.step(point)
            #expect(abs(step / point.step - 1) < 0.015, "r = \(point.r): \(step) ms, measured \(point.step)")
        }
        for (context, best) in [(8192, 7), (16384, 11)] {
            let batchSize = context == 8192 ? 384 : 192
            let parameters = try fit.problem(context, batchSize: batchSize)
            let model = MeanFieldCycle(parameters)
            let found = [3, 7, 11, 15, 17].max { one, other in
                parameters.throughput(
                    ratio: Double(one), duration: model.duration(ratio: Double(one)), cost: .equal)
                    < parameters.throughput(
                        ratio: Double(other), duration: model.duration(ratio: Double(other)), cost: .equal)
            }
            #expect(found == best)
        }
    }
}
