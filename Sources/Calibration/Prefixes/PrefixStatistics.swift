import Text

/// How much of the prompts a prefix cache saves, by its size.
public struct PrefixStatistics: Hashable, Sendable {
    /// What is left to prefill.
    public struct Uncached: Hashable, Sendable {
        /// Cached tokens over all tokens of the prompts, 0…1.
        public let hitRatio: Double
        /// Mean, standard deviation and E[u²] of the uncached tokens u of a request.
        public let mean: Double
        public let standardDeviation: Double
        public let meanSquare: Double
        /// E[u·h], h the cached tokens: with the above, the mean of a prefill time that is quadratic in u and linear in u·h.
        public let meanProduct: Double
        /// θ as it would come out if u were taken for the prefill length: it is not θ, because a cached prefix must be read in decoding
        /// all the same. `nil` where no request decodes.
        public let misreadSlotLoad: Double?

        /// `nil` without a request.
        init?(_ sums: UncachedSums) {
            guard sums.requests > 0 else { return nil }
            let n = Double(sums.requests)
            mean = Double(sums.uncached) / n
            meanSquare = Double(sums.squares) / n
            standardDeviation = max(0, meanSquare - mean * mean).squareRoot()
            meanProduct = Double(sums.products) / n
            hitRatio = sums.prompt > 0 ? Double(sums.prompt - sums.uncached) / Double(sums.prompt) : 0
            misreadSlotLoad = sums.steps > 0 ? Double(sums.loads) / Double(sums.steps) : nil
        }
    }

    /// A cache of one size.
    public struct Size: Hashable, Sendable {
        /// Blocks; `nil` without a limit.
        public let blocks: Int?
        public let uncached: Uncached
    }

    /// Requests with blocks, and the blocks that they have.
    public let requests: Int
    public let blocks: Int
    /// `nil` where there were more than are kept.
    public let distinctBlocks: Int?
    /// Tokens a block.
    public let blockTokens: Int
    /// By rising size, up to the first that holds every block; no limit last, where it is known.
    public let sizes: [Size]
    private let isBlockInferred: Bool
    private let mismatches: Int
    private let shorter: Int
    private let largestExact: Int

    /// `nil` without a request that has blocks.
    init?(_ tracker: PrefixTracker) {
        var tracker = tracker
        tracker.finish()
        guard tracker.requests > 0, let tokens = tracker.blockTokens else { return nil }
        requests = tracker.requests
        blocks = tracker.blocks
        distinctBlocks = tracker.distinctBlocks
        blockTokens = tokens
        isBlockInferred = tracker.isBlockInferred
        mismatches = tracker.mismatches
        shorter = tracker.shorter
        largestExact = tracker.largestExact
        var sizes: [Size] = []
        for (capacity, sums) in zip(PrefixTracker.capacities, tracker.sums) where capacity <= tracker.largestExact {
            guard let uncached = Uncached(sums) else { continue }
            sizes.append(Size(blocks: capacity, uncached: uncached))
        }
        if tracker.distinctBlocks != nil, let sums = tracker.sums.last, let uncached = Uncached(sums) {
            sizes.append(Size(blocks: nil, uncached: uncached))
        }
        self.sizes = sizes
    }

    /// What a cache saves that holds all that is kept track of.
    public var largest: Size? { sizes.last }

    /// - Parameter slotLoad: θ of the trace, tokens.
    func warnings(slotLoad: Double) -> [Warning] {
        var warnings: [Warning] = []
        if let largest, let misread = largest.uncached.misreadSlotLoad, slotLoad > 0, misread < 0.99 * slotLoad {
            warnings.append(
                Warning(
                    code: "prefix_cache_does_not_shorten_prefill",
                    detail:
                        "A prefix cache would save \(Figure.percent(largest.uncached.hitRatio)) of the prompt tokens, but the slot load "
                        + "stays: cached tokens are read in every decode step. Give whole prompt lengths as prefill; the uncached "
                        + "lengths (mean \(Figure.short(largest.uncached.mean))) would make slot_load_mean "
                        + "\(Figure.short(misread)) in place of \(Figure.short(slotLoad)).",
                    pointer: "/prefixes"))
        }
        if distinctBlocks == nil {
            warnings.append(
                Warning(
                    code: "prefix_blocks_beyond_limit",
                    detail:
                        "The trace has more than \(largestExact) distinct blocks: hit ratios are exact for caches up to that size, "
                        + "and that of an unlimited cache is not known.", pointer: "/prefixes"))
        }
        if shorter * 2 > requests {
            warnings.append(
                Warning(
                    code: "prefill_shorter_than_blocks",
                    detail:
                        "\(shorter) of \(requests) prompts are shorter than their hash_ids at \(blockTokens) tokens a block: if the lengths "
                        + "leave out cached tokens, give the whole prompt lengths, or the slot load is too low.",
                    pointer: "/prefixes"))
        } else if mismatches * 20 > requests {
            warnings.append(
                Warning(
                    code: "block_size_doubtful",
                    detail:
                        "\(mismatches) of \(requests) prompts do not have the length of their hash_ids at \(blockTokens) tokens a block; "
                        + "hit ratios count such blocks.", pointer: "/prefixes"))
        } else if isBlockInferred {
            warnings.append(
                Warning(
                    code: "block_size_assumed",
                    detail:
                        "hash_ids are taken for blocks of \(blockTokens) tokens, which agrees with the prompt lengths.",
                    pointer: "/prefixes"))
        }
        return warnings
    }
}
