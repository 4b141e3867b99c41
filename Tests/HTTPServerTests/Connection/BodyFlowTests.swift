import TestSupport
import Testing

@testable import HTTPServer

/// How a body flows to whoever takes it.
@Suite struct BodyFlowTests {
    enum Event: Sendable {
        case arrived(Int)
        case batchEnded, consumed, ended
    }

    private static let chunk = BodyFlow.chunkLimit

    private static func words(_ step: BodyFlow.Step?) -> String {
        switch step {
        case nil: "-"
        case .give(let bytes): "give \(bytes.count)"
        case .finish(let bytes): "finish \(bytes.count)"
        case .fail(let error): "fail \(error.status.code)"
        }
    }

    private static func play(_ events: [Event], _ delivery: BodyFlow.Delivery, limit: Int) -> [String] {
        var flow = BodyFlow(delivery, coding: nil, limit: limit)
        return events.map { event in
            let step: BodyFlow.Step?
            switch event {
            case .arrived(let count): step = flow.arrived([UInt8](repeating: 1, count: count).span, ahead: 0)
            case .batchEnded: step = flow.batchEnded()
            case .consumed: step = flow.consumed()
            case .ended: step = flow.ended()
            }
            return words(step) + (flow.awaitsConsumer ? " wait" : "")
        }
    }

    @Test(
        arguments: [
            ([.ended], ["finish 0"]),
            ([.arrived(3), .batchEnded, .arrived(4), .ended], ["-", "-", "-", "finish 7"]),
            ([.arrived(10), .ended], ["-", "finish 10"]),
            ([.arrived(11)], ["fail 413"]),
            ([.arrived(6), .arrived(5)], ["-", "fail 413"]),
        ] as [([Event], [String])])
    func whole(events: [Event], steps: [String]) {
        #expect(Self.play(events, .whole, limit: 10) == steps)
    }

    @Test(
        arguments: [
            ([.ended], ["finish 0"]),
            ([.batchEnded, .ended], ["-", "finish 0"]),
            ([.arrived(3), .ended, .consumed], ["-", "give 3 wait", "finish 0"]),
            ([.arrived(3), .batchEnded, .ended, .consumed], ["-", "give 3", "- wait", "finish 0"]),
            ([.arrived(3), .batchEnded, .consumed, .ended], ["-", "give 3", "-", "finish 0"]),
            (
                [.arrived(3), .batchEnded, .arrived(4), .batchEnded, .ended, .consumed, .consumed],
                ["-", "give 3", "-", "-", "- wait", "give 4 wait", "finish 0"]
            ),
            (
                [.arrived(chunk), .batchEnded, .arrived(chunk), .batchEnded, .consumed, .consumed],
                ["-", "give \(chunk)", "-", "- wait", "give \(chunk)", "-"]
            ),
            ([.arrived(3), .arrived(1_000_000)], ["-", "fail 413"]),
        ] as [([Event], [String])])
    func chunks(events: [Event], steps: [String]) {
        #expect(Self.play(events, .chunks, limit: 1_000_000) == steps)
    }

    // MARK: With a content coding

    /// Bytes that do not compress, so that the chunks are about as long as what was read.
    private static let content: [UInt8] = {
        var generator = SeededGenerator(seed: 3)
        return (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }()
    /// Bytes that compress to a thousandth.
    private static let zeros = [UInt8](repeating: 0, count: 500_000)

    /// Everything that a consumer gets, and how the body ends; the consumer takes its time where `isSlow`.
    private static func deliver(
        _ compressed: [UInt8], _ delivery: BodyFlow.Delivery, limit: Int, pieces: Int, isSlow: Bool
    ) -> (chunks: [Int], bytes: [UInt8], end: String) {
        var flow = BodyFlow(delivery, coding: .gzip, limit: limit)
        var chunks: [Int] = []
        var bytes: [UInt8] = []
        var end = ""
        var isBusy = false
        func take(_ step: BodyFlow.Step?) {
            switch step {
            case nil: break
            case .give(let chunk):
                #expect(!isBusy, "one chunk at a time")
                isBusy = true
                chunks.append(chunk.count)
                bytes += chunk
            case .finish(let rest):
                bytes += rest
                end = "finish"
            case .fail(let error): end = "fail \(error.status.code)"
            }
        }
        func consume() {
            isBusy = false
            take(flow.consumed())
        }
        var start = 0
        while end.isEmpty, start < compressed.count {
            if isBusy, !isSlow || flow.awaitsConsumer {
                consume()
                continue
            }
            if flow.awaitsTurn {
                take(flow.turnCame())
                continue
            }
            let next = min(compressed.count, start + pieces)
            take(flow.arrived(Array(compressed[start..<next]).span, ahead: 0))
            if end.isEmpty { take(flow.batchEnded()) }
            start = next
        }
        if end.isEmpty { take(flow.ended()) }
        while end.isEmpty, flow.awaitsTurn { take(flow.turnCame()) }
        while end.isEmpty, isBusy { consume() }
        return (chunks, bytes, end)
    }

    @Test(arguments: [1000, 65_536, .max], [true, false])
    func contentArrivesAsItWas(pieces: Int, isSlow: Bool) {
        for original in [Self.content, Self.zeros, []] {
            let compressed = InflaterTests.compress(original, windowBits: 31)
            let pieces = min(pieces, compressed.count)
            for delivery in [BodyFlow.Delivery.whole, .chunks] {
                let limit = max(original.count, compressed.count)
                let result = Self.deliver(compressed, delivery, limit: limit, pieces: pieces, isSlow: isSlow)
                let isSame = result.bytes == original
                #expect(isSame && result.end == "finish")
                #expect(result.chunks.allSatisfy { $0 <= BodyFlow.chunkLimit })
            }
        }
    }

    @Test(arguments: [BodyFlow.Delivery.whole, .chunks], [true, false])
    func contentThatGrowsBeyondTheLimit(delivery: BodyFlow.Delivery, isSlow: Bool) {
        let compressed = InflaterTests.compress(Self.zeros, windowBits: 31)
        let result = Self.deliver(
            compressed, delivery, limit: Self.zeros.count - 1, pieces: 65_536, isSlow: isSlow)
        #expect(result.end == "fail 413")
        #expect(result.bytes.count < Self.zeros.count, "not a byte more than the limit")
    }

    /// A few bytes that become many are inflated a slice at a time, in however many pieces they come.
    @Test(arguments: [1, 7, 100_000])
    func aTurnInflatesNoMoreThanASlice(pieces: Int) {
        let compressed = InflaterTests.compress([UInt8](repeating: 0, count: 3_000_000), windowBits: 31)
        var flow = BodyFlow(.whole, coding: .gzip, limit: 3_000_000)
        var start = 0
        var turns = 0
        var end: BodyFlow.Step?
        while end == nil {
            // A turn: everything that is taken before others have theirs.
            end = flow.turnCame()
            while end == nil, !flow.awaitsTurn {
                let next = min(compressed.count, start + pieces)
                end = start == next ? flow.ended() : flow.arrived(compressed[start..<next].span, ahead: 0)
                start = next
            }
            turns += 1
        }
        #expect(Self.words(end) == "finish 3000000")
        #expect(turns > 3_000_000 / BodyFlow.chunkLimit)
    }

    @Test(arguments: [BodyFlow.Delivery.whole, .chunks], [true, false])
    func contentThatIsDamaged(delivery: BodyFlow.Delivery, isSlow: Bool) {
        var compressed = InflaterTests.compress(Self.content, windowBits: 31)
        let cut = Array(compressed.dropLast())
        compressed[compressed.count - 5] ^= 1
        for bytes in [compressed, cut, compressed + [0]] {
            let result = Self.deliver(bytes, delivery, limit: bytes.count, pieces: 65_536, isSlow: isSlow)
            #expect(result.end == "fail 400")
        }
    }
}
