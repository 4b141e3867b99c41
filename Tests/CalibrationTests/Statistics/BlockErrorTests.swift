import Foundation
import TestSupport
import Testing

@testable import Calibration

/// Errors of traces in which requests that arrive near each other are alike.
@Suite("Errors from blocks of time") struct BlockErrorTests {
    /// Why neighbours are alike. The law of a single request is that of the family either way.
    enum Likeness: CaseIterable, Sendable {
        /// They are not.
        case none
        /// What users ask drifts: the lengths follow slow processes, of a hundredth of the trace.
        case drift
        /// The same, in bursts: the rate of arrivals follows a slow process of its own.
        case burstyDrift
        /// Sessions of five rounds in the mean, all of the same lengths, that last a fortieth of the trace. Blocks allow for requests
        /// that are alike within a twelfth of it.
        case sessions
    }

    /// Traces for each coverage: 300 in `script/accuracy traces`, else fewer.
    static let traces = ProcessInfo.processInfo.environment["AFD_BLOCK_TRACES"].flatMap { Int($0) } ?? 60
    static let requests = 3000
    /// Rounds of a session, in the mean.
    private static let rounds = 5.0

    /// An Ornstein–Uhlenbeck process of unit variance.
    private struct SlowProcess {
        let decay: Double
        var value: Double
        var time = 0.0

        init(span: Double, _ generator: inout SeededGenerator) {
            decay = 1 / span
            value = generator.normal()
        }

        mutating func at(_ t: Double, _ generator: inout SeededGenerator) -> Double {
            let kept = exp(-(t - time) * decay)
            value = kept * value + (1 - kept * kept).squareRoot() * generator.normal()
            time = t
            return value
        }
    }

    private static func trace(
        _ family: SyntheticTrace, _ likeness: Likeness, _ generator: inout SeededGenerator,
        _ body: (_ prefill: Int, _ decode: Int, _ time: Int) -> Void
    ) {
        let span = Double(requests)
        var slow = (0..<3).map { _ in SlowProcess(span: span / 100, &generator) }
        var t = 0.0
        var count = 0
        while count < requests {
            let burst = likeness == .burstyDrift ? exp(0.8 * slow[2].at(t, &generator)) : 1
            // A session brings five requests, so sessions are that much rarer: every trace lasts about `span`.
            t -= log(generator.unit()) * (likeness == .sessions ? Self.rounds : 1) / burst
            switch likeness {
            case .none:
                let request = family.request(&generator)
                body(request.prefill, request.decode, Int(t * 1e6))
                count += 1
            case .drift, .burstyDrift:
                let x = 0.5.squareRoot() * (slow[0].at(t, &generator) + generator.normal())
                let y = 0.5.squareRoot() * (slow[1].at(t, &generator) + generator.normal())
                let request = family.request(x, y)
                body(request.prefill, request.decode, Int(t * 1e6))
                count += 1
            case .sessions:
                let request = family.request(&generator)
                var later = t
                for _ in 0..<generator.geometric(mean: Self.rounds) where count < requests {
                    body(request.prefill, request.decode, Int(later * 1e6))
                    count += 1
                    later -= log(generator.unit()) * span / 200
                }
            }
        }
    }

    static func estimates(
        _ family: SyntheticTrace, _ likeness: Likeness, _ generator: inout SeededGenerator
    ) -> (blocks: LoadEstimates, independent: LoadEstimates) {
        var sums = RequestSums()
        var counter = HistogramCounter()
        var blocks = RequestBlocks()
        trace(family, likeness, &generator) { prefill, decode, time in
            sums.add(prefill: prefill, decode: decode)
            counter.add(prefill: prefill, decode: decode)
            blocks.add(prefill: prefill, decode: decode, at: time)
        }
        let moments = sums.moments
        let histogram = JointHistogram(counter)
        let count = Double(sums.count)
        return (
            LoadEstimates(
                moments, histogram: histogram, covariance: InfluenceCovariance(moments, count: count, blocks: blocks)),
            LoadEstimates(moments, histogram: histogram, covariance: InfluenceCovariance(moments, count: count))
        )
    }

    @Test("95 % intervals hold the truth whether neighbours are alike or not", arguments: Likeness.allCases)
    func coverage(likeness: Likeness) {
        for family in [SyntheticTrace.lognormal, .correlated, .anticorrelated] {
            let truth = family.truth
            var generator = SeededGenerator(seed: 2027)
            var hits = (mean: 0, deviation: 0, independentMean: 0)
            for _ in 0..<Self.traces {
                let (blocks, independent) = Self.estimates(family, likeness, &generator)
                if blocks.mean.interval?.contains(truth.mean) == true { hits.mean += 1 }
                if blocks.standardDeviation.interval?.contains(truth.deviation) == true { hits.deviation += 1 }
                if independent.mean.interval?.contains(truth.mean) == true { hits.independentMean += 1 }
            }
            func percent(_ hits: Int) -> Double { Double(1000 * hits / Self.traces) / 10 }
            print(
                "block coverage, \(likeness), \(family): θ \(percent(hits.mean)) %, ν \(percent(hits.deviation)) %; "
                    + "as if independent: θ \(percent(hits.independentMean)) %")
            // 95 % with 3 standard errors of so few traces, and within 92…98 % of many.
            let slack = max(3, 300 * (0.05 * 0.95 / Double(Self.traces)).squareRoot())
            #expect(abs(percent(hits.mean) - 95) <= slack)
            #expect(abs(percent(hits.deviation) - 95) <= slack)
            if likeness != .none { #expect(percent(hits.independentMean) < 85) }
        }
    }

    @Test("blocks of parts, merged, are those of the whole, and are read back as they were sent", arguments: 0..<10)
    func merging(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let scale = [1e3, 1e9, 1e13, 1e17][Int(seed % 4)]
        let requests = (0..<400).map { _ in
            (
                prefill: Int(exp(generator.unit() * 20)), decode: generator.geometric(mean: 100),
                time: Int((generator.unit() - 0.5) * scale)
            )
        }
        var whole = RequestBlocks()
        var parts = (0..<3).map { _ in RequestBlocks() }
        for request in requests {
            whole.add(prefill: request.prefill, decode: request.decode, at: request.time)
            parts[Int.random(in: 0..<3, using: &generator)].add(
                prefill: request.prefill, decode: request.decode, at: request.time)
        }
        var merged = RequestBlocks()
        for part in parts { merged.merge(part) }
        #expect(merged == whole && whole.count == 400 && whole.grid.cells.count <= RequestBlocks.maximumBlocks)
        let sent = whole.columns
        #expect(
            try RequestBlocks(
                level: sent.level, first: sent.first, requests: sent.requests, sums: sent.sums.map(\.digits))
                == whole)
        // The sums of a block are those of its requests.
        for (place, cell) in whole.grid.cells.enumerated() where cell.count > 0 {
            let window = ((whole.grid.first + place) * whole.width)..<((whole.grid.first + place + 1) * whole.width)
            var sums = RequestSums()
            for request in requests where window ~= request.time {
                sums.add(prefill: request.prefill, decode: request.decode)
            }
            #expect(sums.count == cell.count)
            let moments = sums.moments
            let loads = cell.centred(moments).loads
            for k in 0..<4 {
                #expect(abs(loads[k] / Double(cell.count) - moments.loads[k]) <= 1e-9 * max(1, abs(moments.loads[k])))
            }
        }
    }

    @Test("blocks that no requests make are refused")
    func refused() {
        let digits = RequestBlocks.names.map { _ in ["1"] }
        #expect(throws: Never.self) { try RequestBlocks(level: 3, first: 0, requests: [1], sums: digits) }
        #expect(throws: (any Error).self) { try RequestBlocks(level: 99, first: 0, requests: [1], sums: digits) }
        #expect(throws: (any Error).self) { try RequestBlocks(level: 57, first: .max, requests: [1], sums: digits) }
        #expect(throws: (any Error).self) { try RequestBlocks(level: 3, first: 0, requests: [-1], sums: digits) }
        #expect(throws: (any Error).self) { try RequestBlocks(level: 3, first: 0, requests: [1, 2], sums: digits) }
        #expect(throws: (any Error).self) { try RequestBlocks(level: 3, first: 0, requests: [0], sums: digits) }
        #expect(throws: (any Error).self) {
            try RequestBlocks(level: 3, first: 0, requests: [1], sums: RequestBlocks.names.map { _ in ["-1"] })
        }
    }

    @Test("all requests at one moment, or in few blocks, are taken for independent")
    func degenerate() {
        var generator = SeededGenerator(seed: 4)
        var sums = RequestSums()
        var blocks = RequestBlocks()
        for index in 0..<200 {
            let request = SyntheticTrace.lognormal.request(&generator)
            sums.add(prefill: request.prefill, decode: request.decode)
            blocks.add(prefill: request.prefill, decode: request.decode, at: index < 195 ? 0 : 1_000_000)
        }
        #expect(InfluenceCovariance(sums.moments, count: 200, blocks: blocks).cosineCount == nil)
    }
}
