import Foundation
import TestSupport
import Testing

@testable import Calibration

/// Sums and blocks that are gathered by stretches of time, against adding up each request for itself.
@Suite("Sums over all requests and over blocks of time") struct TimedSumsTests {
    /// A request; without a time, it is of no block.
    private struct Request {
        let prefill: Int
        let decode: Int
        let time: Int?
    }

    /// Requests that mostly follow each other, with lengths to 1e9 and on both sides of 2²⁰.
    private static func requests(_ seed: UInt64, _ generator: inout SeededGenerator) -> [Request] {
        var time = Int((generator.unit() - 0.5) * 1e12)
        return (0..<600).map { _ in
            time += Int(generator.unit() * [1.0, 50, 1e4, 1e7][Int(seed % 4)])
            if Int.random(in: 0..<30, using: &generator) == 0 { time -= Int(generator.unit() * 1e8) }
            let isLong = Int.random(in: 0..<20, using: &generator) == 0
            let longest = isLong ? [1_048_575, 1_048_576, 1_000_000_000].randomElement(using: &generator)! : 9000
            let isAtEnd = isLong && Bool.random(using: &generator)
            return Request(
                prefill: isAtEnd ? longest : Int.random(in: 0...longest, using: &generator),
                decode: isAtEnd ? longest : Int.random(in: 1...longest, using: &generator),
                time: Int.random(in: 0..<25, using: &generator) == 0 ? nil : time)
        }
    }

    @Test("are those of each request for itself, at any moment", arguments: 0..<16)
    func same(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var timed = TimedSums()
        var sums = RequestSums()
        var blocks = RequestBlocks()
        for (index, request) in Self.requests(seed, &generator).enumerated() {
            sums.add(prefill: request.prefill, decode: request.decode)
            if let time = request.time {
                timed.add(prefill: request.prefill, decode: request.decode, at: time)
                blocks.add(prefill: request.prefill, decode: request.decode, at: time)
            } else {
                timed.add(prefill: request.prefill, decode: request.decode)
            }
            if index % 37 == 0 { #expect(timed.gathered == blocks) }
        }
        #expect(timed.requests == sums && timed.gathered == blocks)
    }

    @Test("arrivals that are gathered by window are those counted one by one", arguments: 0..<16)
    func arrivals(seed: UInt64) {
        var generator = SeededGenerator(seed: 100 + seed)
        var gatherer = ArrivalGatherer()
        var counts = ArrivalCounts()
        for (index, request) in Self.requests(seed, &generator).enumerated() {
            guard let time = request.time else { continue }
            gatherer.add(time)
            counts.add(time)
            if index % 41 == 0 { #expect(gatherer.gathered == counts) }
        }
        #expect(gatherer.gathered == counts)
    }
}
