import Text

/// How one layer attends: the shape of what it multiplies, and which of a request's cached entries it reads and keeps.
public struct Attention: Hashable, Sendable {
    public var mechanism: AttentionMechanism
    public var span: AttentionSpan
    /// False for a layer that reads the keys and values of an earlier layer and keeps none (cross-layer attention).
    public var ownsCache: Bool

    public init(_ mechanism: AttentionMechanism, span: AttentionSpan = .full, ownsCache: Bool = true) {
        self.mechanism = mechanism
        self.span = span
        self.ownsCache = ownsCache
    }

    /// Query heads, which tensor parallelism splits.
    public var queryHeads: Int { mechanism.queryHeads }

    /// The constant state of a request in this layer; `nil` for layers that keep a cache that grows.
    public var state: RecurrentAttention.State? {
        if case .recurrent(let layer) = mechanism { return layer.state }
        return nil
    }

    /// Parameters of the projections, index projections included.
    public func projectionParameters(hidden: Int) -> Double {
        var parameters = mechanism.projectionParameters(hidden: hidden, ownsCache: ownsCache)
        if let index = span.index, index.isOwned {
            parameters += index.parameters(hidden: hidden, queryRank: mechanism.indexQueryWidth(hidden: hidden))
        }
        if case .compressed(let compressed) = span {
            parameters += compressed.parameters(hidden: hidden, entry: mechanism.cacheElements(ranks: 1))
        }
        return parameters
    }
}

// MARK: The cache of one request in one layer

extension Attention {
    /// Elements that the attention kernel reads at a context of `context` tokens, on one of `ranks` tensor-parallel devices.
    public func elementsRead(context: Double, ranks: Int = 1) -> Double {
        mechanism.cacheElements(ranks: ranks) * span.read(context: context)
    }

    /// Elements that are kept, index aside.
    public func elementsKept(context: Double, ranks: Int = 1) -> Double {
        ownsCache ? mechanism.cacheElements(ranks: ranks) * span.kept(context: context) : 0
    }

    /// Bytes of the index that are read to pick entries, in the index's own format; every rank reads all of them.
    public func indexBytesRead(context: Double) -> Double {
        guard let index = span.index, index.isOwned else { return 0 }
        return span.indexEntries(context: context) * index.bytesRead
    }

    /// Bytes of the index that are kept, scales included.
    public func indexBytesKept(context: Double) -> Double {
        guard let index = span.index, index.isOwned else { return 0 }
        return span.indexEntries(context: context) * index.bytesKept
    }

    /// Operations of one query token with the cached entries, all heads.
    public func operations(context: Double) -> Double {
        mechanism.operationsPerEntry * span.read(context: context)
    }

    /// Operations of one query token with the index, all its heads.
    public func indexOperations(context: Double) -> Double {
        guard let index = span.index, index.isOwned else { return 0 }
        return span.indexEntries(context: context) * 2 * Double(index.heads) * Double(index.dimension)
    }
}

// MARK: Names

extension Attention {
    /// The kind in one word, as answers name it.
    public var label: String {
        if case .recurrent(let layer) = mechanism { return layer.kind == .convolution ? "convolution" : "linear" }
        switch span {
        case .window: return "sliding"
        case .chunk: return "chunked"
        case .sparse: return "sparse"
        case .compressed: return "compressed"
        case .full, .state: break
        }
        switch mechanism {
        case .groupedQuery: return ownsCache ? "grouped_query" : "shared_cache"
        case .latent: return "latent"
        case .factorised: return "factorised"
        case .sharedEntry: return "shared_entry"
        case .recurrent: return "linear"
        }
    }
}

extension FeedForward {
    /// The kind in one word, as answers name it.
    public var label: String {
        switch self {
        case .dense: "dense"
        case .mixture(let mixture): mixture.beside == nil ? "mixture" : "mixture_beside_dense"
        }
    }
}
