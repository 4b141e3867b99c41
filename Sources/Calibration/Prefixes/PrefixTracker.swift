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
    /// Sums for each of ``capacities``, and for no limit.
    private(set) var sums = [UncachedSums](repeating: UncachedSums(), count: capacities.count + 1)
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

    /// What a request found: blocks that it has, and that each size of cache had.
    private struct Reuse {
        let prefill: Int
        let decode: Int
        let length: Int
        var found: InlineArray<14, Int>
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

    /// Adds a request by the blocks of its prompt, in the order of the trace.
    mutating func add(prefill: Int, decode: Int, blocks ids: [UInt64]) {
        guard !ids.isEmpty else { return }
        requests += 1
        blocks += ids.count
        var reuse = Reuse(prefill: prefill, decode: decode, length: ids.count, found: InlineArray(repeating: 0))
        let last = Self.capacities.count
        // Sizes from `first` on have had every block so far.
        var first = 0
        for id in ids {
            let distance = stack.use(id)
            while first <= last, distance == nil || (first < last && Self.capacities[first] < distance ?? 0) {
                first += 1
            }
            for size in first..<max(first, last + 1) { reuse.found[size] += 1 }
        }
        if let blockTokens {
            count(reuse, blockTokens)
        } else {
            sample.append(reuse)
            if sample.count == Self.sampleSize { tellBlock() }
        }
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
        for size in sums.indices {
            let (product, overflow) = tokens.multipliedReportingOverflow(by: reuse.found[size])
            let cached = min(reuse.prefill, overflow ? Int.max : product)
            sums[size].add(prefill: reuse.prefill, cached: cached, decode: reuse.decode)
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

/// What is left to prefill of prompts whose beginnings are cached: sums over requests, in whole tokens.
struct UncachedSums: Hashable, Sendable {
    private(set) var requests = 0
    /// Σ P, Σ u, Σ u², Σ u·h, ΣD and Σ (uD + D(D − 1)/2), with u = P − h uncached of h cached tokens.
    private(set) var prompt: UInt128 = 0
    private(set) var uncached: UInt128 = 0
    private(set) var squares: UInt128 = 0
    private(set) var products: UInt128 = 0
    private(set) var steps: UInt128 = 0
    private(set) var loads: UInt128 = 0

    /// Adds a request with P and D in 0…1e9 and h in 0…P.
    mutating func add(prefill: Int, cached: Int, decode: Int) {
        let u = UInt128(prefill - cached)
        let d = UInt128(decode)
        requests += 1
        prompt += UInt128(prefill)
        uncached += u
        squares += u * u
        products += u * UInt128(cached)
        steps += d
        loads += u * d + d * (d > 0 ? d - 1 : 0) / 2
    }
}
