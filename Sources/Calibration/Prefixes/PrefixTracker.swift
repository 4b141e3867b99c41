/// Follows the blocks that prompts are made of through a cache of every size at once.
///
/// A prompt's blocks are found from its beginning on; the first one that is not ends the hit. Memory is bounded: that of
/// ``maximumBlocks`` distinct blocks, and sums for each size.
struct PrefixTracker: Sendable {
    /// Sizes that are answered for, blocks; beside them, no limit.
    static let capacities = [
        100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    ]
    /// Distances are exact up to so many distinct blocks.
    static let maximumBlocks = 1 << 20
    /// Tokens a block, as Mooncake's traces have it.
    static let defaultBlock = 512
    /// Requests by which the tokens a block are told.
    private static let sampleSize = 64

    private var stack: RecencyStack
    /// What the sums of each of ``capacities``, and of no limit, have more than those of the size before: most prompts find as many blocks
    /// in all sizes, or in all from one on.
    private var differences = [UncachedSums](repeating: UncachedSums(), count: capacities.count + 1)
    /// Tokens a block; `nil` until it is known.
    private(set) var blockTokens: Int?
    /// Whether the tokens a block were told by the first requests, and not by the caller or by default.
    private(set) var isBlockInferred = false
    /// Requests whose prompt does not have the length of their blocks.
    private(set) var mismatches = 0
    /// Requests whose prompt is shorter than their blocks but for the last one.
    private(set) var shorter = 0
    private(set) var requests = 0
    private(set) var blocks = 0
    private var sample: [Reuse] = []
    private var current = Reuse()
    /// Sizes from here on have had every block of the current request so far.
    private var first = 0
    /// The distance up to which ``first`` holds.
    private var reach = 0

    /// What a request found: blocks that it has, and that each size of cache had.
    private struct Reuse {
        var prefill = 0
        var decode = 0
        var length = 0
        /// Sizes that found as many are one step: the first of them, and how many blocks these found.
        var steps = 0
        var starts = InlineArray<14, Int32>(repeating: 0)
        var found = InlineArray<14, Int>(repeating: 0)

        /// Notes that sizes from `first` on, behind all before, found the blocks so far: more than those before.
        @inline(__always)
        mutating func note(from first: Int) {
            starts[steps] = Int32(truncatingIfNeeded: first)
            found[steps] = length
            steps += 1
        }
    }

    /// - Parameter blockTokens: tokens a block, 1…1e6; `nil` to tell it by the first requests.
    init(blockTokens: Int? = nil, maximumBlocks: Int = Self.maximumBlocks) {
        self.blockTokens = blockTokens
        stack = RecencyStack(capacity: maximumBlocks)
    }

    /// Distinct blocks, where none was forgotten.
    var distinctBlocks: Int? { stack.hasForgotten ? nil : stack.count }
    /// The largest cache that distances are exact for, blocks.
    var largestExact: Int { stack.capacity }

    /// Sums for each of ``capacities``, and for no limit.
    var sums: [UncachedSums] {
        var sum = UncachedSums()
        return differences.map { difference in
            sum.add(difference)
            return sum
        }
    }

    /// Adds a request by the blocks of its prompt, in the order of the trace.
    mutating func add(prefill: Int, decode: Int, blocks ids: [UInt64]) {
        use(ids.span)
        endRequest(prefill: prefill, decode: decode)
    }

    /// Takes the next block of the request that ``endRequest(prefill:decode:)`` adds.
    @inline(__always)
    mutating func use(_ id: UInt64) {
        let distance = stack.use(id) ?? .max
        if distance > reach { lose(distance) }
        current.length += 1
    }

    /// Takes the next blocks of the request, as if one by one.
    mutating func use(_ ids: Span<UInt64>) {
        var start = 0
        while start < ids.count {
            let (count, distance) = stack.use(ids, from: start)
            // All have one distance: what the first one leaves out is left out for them all.
            if distance ?? .max > reach { lose(distance ?? .max) }
            current.length += count
            start += count
        }
    }

    /// Leaves out the sizes that do not hold a block at that distance; `Int.max` for a new one, which no cache holds.
    private mutating func lose(_ distance: Int) {
        let last = Self.capacities.count
        let start = first
        if distance == .max {
            first = last + 1
        } else {
            while first < last, Self.capacities[first] < distance { first += 1 }
        }
        if first > start { current.note(from: start) }
        reach = first < last ? Self.capacities[first] : first == last ? .max - 1 : .max
    }

    /// Adds the request whose blocks were taken since the last one; nothing without blocks.
    mutating func endRequest(prefill: Int, decode: Int) {
        guard current.length > 0 else { return }
        requests += 1
        blocks += current.length
        current.prefill = prefill
        current.decode = decode
        if first <= Self.capacities.count { current.note(from: first) }
        if let blockTokens {
            count(current, blockTokens)
        } else {
            sample.append(current)
            if sample.count == Self.sampleSize { tellBlock() }
        }
        current.length = 0
        current.steps = 0
        first = 0
        reach = Self.capacities[0]
    }

    /// Ends the sample by which the tokens a block are told.
    mutating func finish() {
        if blockTokens == nil, !sample.isEmpty { tellBlock() }
    }

    private mutating func count(_ reuse: Reuse, _ tokens: Int) {
        let whole = tokens.multipliedReportingOverflow(by: reuse.length)
        let length = whole.overflow ? Int.max : whole.partialValue
        // All blocks whole, the last one begun, or what is left of the prompt without one.
        if reuse.prefill <= length - tokens { shorter += 1 }
        if reuse.prefill <= length - tokens || reuse.prefill >= length + tokens { mismatches += 1 }
        var before = UncachedSums()
        for step in 0..<reuse.steps {
            let size = Int(reuse.starts[step])
            let (product, overflow) = tokens.multipliedReportingOverflow(by: reuse.found[step])
            let cached = min(reuse.prefill, overflow ? Int.max : product)
            let sums = UncachedSums(prefill: reuse.prefill, cached: cached, decode: reuse.decode)
            if size > 0 { differences[size].subtract(before) }
            differences[size].add(sums)
            before = sums
        }
    }

    /// 512 where it agrees with the lengths as well as any, else the power of two that agrees best.
    private mutating func tellBlock() {
        func agreeing(_ tokens: Int) -> Int {
            sample.count { reuse in
                reuse.prefill > tokens * (reuse.length - 1) && reuse.prefill < tokens * (reuse.length + 1)
            }
        }
        var best = Self.defaultBlock
        for tokens in [16, 32, 64, 128, 256, 1024, 2048, 4096] where agreeing(tokens) > agreeing(best) { best = tokens }
        isBlockInferred = best != Self.defaultBlock
        blockTokens = best
        for reuse in sample { count(reuse, best) }
        sample = []
    }
}
