import Foundation
import TestSupport
import Testing

@testable import Calibration

@Suite("Prefixes")
struct PrefixTests {
    /// LRU as one would write it down: the blocks by last use, oldest first.
    private struct Cache {
        let capacity: Int
        var blocks: [UInt64] = []

        mutating func use(_ block: UInt64) -> Bool {
            let place = blocks.firstIndex(of: block)
            if let place { blocks.remove(at: place) } else if blocks.count == capacity { blocks.removeFirst() }
            blocks.append(block)
            return place != nil
        }
    }

    @Test("distances tell for each size of cache whether it has a block", arguments: 0..<8)
    func distances(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var stack = RecencyStack(capacity: 300)
        var caches = [1, 2, 10, 77, 299, 300].map { Cache(capacity: $0) }
        for _ in 0..<6000 {
            // Some blocks are much more frequent than others.
            let block = UInt64(pow(generator.unit(), 3) * (seed % 2 == 0 ? 250 : 1000))
            let distance = stack.use(block)
            for index in caches.indices {
                #expect(caches[index].use(block) == (distance.map { $0 <= caches[index].capacity } ?? false))
            }
            #expect(stack.count <= 300)
        }
        #expect(stack.hasForgotten == (seed % 2 == 1))
    }

    @Test("blocks that are used in runs have the distances of blocks used one by one", arguments: 0..<12)
    func runs(seed: UInt64) {
        var generator = SeededGenerator(seed: 60 + seed)
        let capacity = seed % 3 == 0 ? 200 : 5000
        var single = RecencyStack(capacity: capacity)
        var runs = RecencyStack(capacity: capacity)
        var next: UInt64 = seed % 4 == 0 ? 1 << 63 : 0
        for _ in 0..<500 {
            // A prefix of blocks that came before, then new ones; now and then one block twice.
            let start = next > 40 ? UInt64(generator.unit() * 0.999 * Double(next % (1 << 32))) : 0
            let base = next & 1 << 63
            let shared = UInt64(Int.random(in: 0...30, using: &generator))
            var ids = (start..<(start + shared)).map { base | $0 }
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                ids.append(next)
                next += Int.random(in: 0..<50, using: &generator) == 0 ? 3_000_000 : 1
            }
            if let again = ids.randomElement(using: &generator) { ids.append(again) }
            let expected = ids.map { single.use($0) }
            var distances: [Int?] = []
            while distances.count < ids.count {
                let (count, distance) = runs.use(ids.span, from: distances.count)
                distances += repeatElement(distance, count: count)
            }
            #expect(distances == expected)
        }
        #expect(runs.count == single.count && runs.hasForgotten == single.hasForgotten)
    }

    @Test("an array of blocks is read at once as it is read element by element, or not at all")
    func lists() {
        var list = BlockList()
        func expected(_ text: String) -> [UInt64] {
            let bytes = Array(text.utf8)
            var numbers = BlockNumbers(0..<bytes.count)
            var ids: [UInt64] = []
            while let id = numbers.next(bytes.span) { ids.append(id) }
            return ids
        }
        let many = "[" + (0..<300).map { "\($0 * 997)" }.joined(separator: ", ") + "]"
        for (text, isPlain) in [
            ("[1]", true), ("[1,2,30]", true), ("[1, 2, 999999]", true), (many, true), ("[]", false), ("[01]", false),
            ("[1,  2]", false), ("[1 ]", false), ("[1000000]", false), ("[1, x]", false), ("[[1], 2]", false),
            ("[0, 00]", false), ("[-1]", false), ("1", false), ("[1; 2]", false),
        ] {
            let bytes = Array("\(text), and what follows".utf8)
            let end = list.readNumbers(bytes.span, from: 0)
            #expect((end != nil) == isPlain, "\(text)")
            if end != nil {
                #expect(end == text.utf8.count && Array(list.ids.prefix(list.count)) == expected(text), "\(text)")
            }
            list.read(bytes.span, 0..<text.utf8.count)
            #expect(Array(list.ids.prefix(list.count)) == expected(text), "\(text)")
            // Cut off, it is none.
            let cut = Array(text.utf8.dropLast())
            #expect(list.readNumbers(cut.span, from: 0) == nil)
        }
    }

    @Test("cached tokens are those of a cache that is asked request by request", arguments: 0..<6)
    func reuse(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 30 + seed)
        var tracker = PrefixTracker()
        var caches = [Cache(capacity: 100), Cache(capacity: 500), Cache(capacity: 1 << 40)]
        var expected = [UncachedSums](repeating: UncachedSums(), count: 3)
        for request in 0..<400 {
            let conversation = UInt64(generator.unit() * 40)
            let shared = Int(generator.unit() * 20)
            var ids: [UInt64] = (0..<shared).map { conversation << 8 | UInt64($0) }
            for block in 0..<3 as Range<UInt64> { ids.append(UInt64(request) << 20 | block) }
            let prefill = ids.count * 512 - Int(generator.unit() * 511)
            let decode = generator.geometric(mean: 50)
            tracker.add(prefill: prefill, decode: decode, blocks: ids)
            for index in caches.indices {
                var found = 0
                var isPrefix = true
                for id in ids {
                    let isHit = caches[index].use(id)
                    isPrefix = isPrefix && isHit
                    if isPrefix { found += 1 }
                }
                expected[index].add(prefill: prefill, cached: min(prefill, 512 * found), decode: decode)
            }
        }
        tracker.finish()
        #expect(tracker.blockTokens == 512 && tracker.mismatches == 0)
        #expect(tracker.sums[0] == expected[0] && tracker.sums[2] == expected[1] && tracker.sums.last == expected[2])
        let statistics = try #require(PrefixStatistics(tracker))
        #expect(statistics.largest?.uncached == PrefixStatistics.Uncached(expected[2]))
    }

    @Test("the tokens a block are told by the lengths", arguments: [16, 64, 512, 1024])
    func blockSize(tokens: Int) throws {
        var generator = SeededGenerator(seed: 5)
        var tracker = PrefixTracker()
        for request in 0..<100 {
            let prefill = 1 + Int(generator.unit() * 20_000)
            let count = (prefill + tokens - 1) / tokens
            tracker.add(prefill: prefill, decode: 10, blocks: (0..<count).map { UInt64(request * 100_000 + $0) })
        }
        let statistics = try #require(PrefixStatistics(tracker))
        #expect(statistics.blockTokens == tokens)
        #expect(statistics.warnings(slotLoad: 100).contains { $0.code == "block_size_assumed" } == (tokens != 512))
        // Nothing comes twice.
        #expect(statistics.largest?.uncached.hitRatio == 0)
    }

    @Test("uncached lengths in place of whole prompts are told of")
    func uncachedLengths() throws {
        var tracker = PrefixTracker()
        for request in 0..<100 {
            let ids = (0..<(5 + request / 5)).map { UInt64($0) }
            tracker.add(prefill: 300, decode: 10, blocks: ids)
        }
        let statistics = try #require(PrefixStatistics(tracker))
        #expect(statistics.warnings(slotLoad: 100).contains { $0.code == "prefill_shorter_than_blocks" })
    }

    @Test("beyond the blocks that are kept, small caches stay exact and an unlimited one is not answered for")
    func bounded() throws {
        func tracker(_ maximum: Int) -> PrefixTracker {
            var generator = SeededGenerator(seed: 8)
            var tracker = PrefixTracker(maximumBlocks: maximum)
            for _ in 0..<3000 {
                let start = UInt64(generator.unit() * generator.unit() * 5000)
                tracker.add(prefill: 2048, decode: 1, blocks: (start..<(start + 4)).map { $0 })
            }
            return tracker
        }
        let whole = try #require(PrefixStatistics(tracker(1 << 20)))
        let part = try #require(PrefixStatistics(tracker(1000)))
        #expect(whole.distinctBlocks != nil && part.distinctBlocks == nil)
        #expect(part.sizes.map(\.blocks) == [100, 200, 500, 1000])
        #expect(part.sizes == Array(whole.sizes.prefix(4)))
        #expect(part.warnings(slotLoad: 1).contains { $0.code == "prefix_blocks_beyond_limit" })
    }
}
