/// Which cached tokens a layer reads and keeps.
public enum AttentionSpan: Hashable, Sendable {
    /// All of them.
    case full
    /// The last `tokens` (sliding window), or the current chunk of that size, taken as full: an upper bound.
    case window(tokens: Int)
    /// The best `tokens`, picked by an indexer that reads `indexElements` of every cached token with `indexHeads` heads
    /// (DeepSeek sparse attention). All tokens are kept, with their index.
    case sparse(tokens: Int, indexHeads: Int, indexElements: Int)

    /// Cached tokens of one request that the attention kernel reads at a context of `context` tokens.
    public func read(context: Double) -> Double {
        switch self {
        case .full: context
        case .window(let tokens), .sparse(let tokens, _, _): min(context, Double(tokens))
        }
    }

    /// Cached tokens of one request that are kept at a context of `context` tokens.
    public func kept(context: Double) -> Double {
        if case .window(let tokens) = self { return min(context, Double(tokens)) }
        return context
    }

    /// The context above which no more is read; `nil` where there is none.
    public var limit: Double? {
        switch self {
        case .full: nil
        case .window(let tokens), .sparse(let tokens, _, _): Double(tokens)
        }
    }

    /// Elements of the index of one cached token; 0 without an indexer.
    public var indexElements: Double {
        if case .sparse(_, _, let elements) = self { return Double(elements) }
        return 0
    }

    /// Operations of the indexer for one query token against one cached token.
    public var indexOperations: Double {
        if case .sparse(_, let heads, let elements) = self { return 2 * Double(heads * elements) }
        return 0
    }
}
