/// Which entries of a request's cache a layer reads and keeps, at a context of so many tokens.
public enum AttentionSpan: Hashable, Sendable {
    /// All of them.
    case full
    /// The last `tokens`.
    case window(tokens: Int)
    /// The current chunk of `tokens`, taken as full: an upper bound. Llama 4.
    case chunk(tokens: Int)
    /// The best `tokens`, picked by an index of every cached token. All tokens are kept, with their index.
    /// DeepSeek sparse attention; block-sparse attention, with the tokens of the blocks that are picked.
    case sparse(tokens: Int, index: Index)
    /// A window of raw entries beside one entry for several tokens. DeepSeek-V4.
    case compressed(Compressed)
    /// Nothing that grows: the layer keeps a constant state.
    case state

    /// What picks entries: a small key for each of them, scored by heads of its own.
    public struct Index: Hashable, Sendable {
        public var heads: Int
        public var dimension: Int
        /// False where the layer uses what an earlier layer picked: it has no index of its own.
        public var isOwned: Bool
        /// Bytes of one entry that scoring reads, and that are kept with its scale.
        public var bytesRead: Double
        public var bytesKept: Double
        /// Parameters of one layer's index.
        public var projections: Projections

        /// The matrices of an index.
        public enum Projections: Hashable, Sendable {
            /// Queries from the low-rank query, one key from the residual stream, a weight for each head: DeepSeek-V3.2.
            case lowRank
            /// Queries and one key from the residual stream: MiniMax-M3.
            case direct
            /// As `lowRank`, and the key compressed with overlap, its gate beside it: DeepSeek-V4.
            case compressed(ratio: Int)
        }

        public init(
            heads: Int, dimension: Int, isOwned: Bool = true, bytesRead: Double, bytesKept: Double,
            projections: Projections
        ) {
            self.heads = heads
            self.dimension = dimension
            self.isOwned = isOwned
            self.bytesRead = bytesRead
            self.bytesKept = bytesKept
            self.projections = projections
        }

        func parameters(hidden: Int, queryRank: Int) -> Double {
            let h = Double(hidden)
            let queries = Double(heads) * Double(dimension)
            switch projections {
            case .lowRank: return Double(queryRank) * queries + h * Double(dimension) + h * Double(heads)
            case .direct: return h * queries + h * Double(dimension)
            case .compressed(let ratio):
                let width = 2 * Double(dimension)
                return Double(queryRank) * queries + 2 * h * width + Double(ratio) * width + h * Double(heads)
            }
        }
    }

    /// A window of raw entries, and one entry for every `ratio` tokens.
    public struct Compressed: Hashable, Sendable {
        /// Raw entries that are kept and read.
        public var window: Int
        /// Tokens of one compressed entry; 0 where there are none.
        public var ratio: Int
        /// Compressed entries that are read at most; `nil` for all.
        public var entries: Int?
        /// What picks them.
        public var index: Index?

        public init(window: Int, ratio: Int, entries: Int? = nil, index: Index? = nil) {
            self.window = window
            self.ratio = ratio
            self.entries = entries
            self.index = index
        }

        func count(context: Double) -> Double { ratio > 0 ? context / Double(ratio) : 0 }

        /// The compressor: keys and gates, twice as wide where entries overlap (those that are picked), and a position bias.
        func parameters(hidden: Int, entry: Double) -> Double {
            guard ratio > 0 else { return 0 }
            let width = index == nil ? entry : 2 * entry
            return 2 * Double(hidden) * width + Double(ratio) * width
        }
    }
}

extension AttentionSpan {
    /// Entries of one request that the attention kernel reads.
    public func read(context: Double) -> Double {
        switch self {
        case .full: context
        case .window(let tokens), .chunk(let tokens), .sparse(let tokens, _): min(context, Double(tokens))
        case .compressed(let c):
            min(context, Double(c.window)) + min(c.count(context: context), c.entries.map(Double.init) ?? .infinity)
        case .state: 0
        }
    }

    /// Entries of one request that are kept.
    public func kept(context: Double) -> Double {
        switch self {
        case .full, .sparse: context
        case .window(let tokens), .chunk(let tokens): min(context, Double(tokens))
        case .compressed(let c): min(context, Double(c.window)) + c.count(context: context)
        case .state: 0
        }
    }

    public var index: Index? {
        switch self {
        case .sparse(_, let index): index
        case .compressed(let compressed): compressed.index
        case .full, .window, .chunk, .state: nil
        }
    }

    /// Entries that have an index.
    public func indexEntries(context: Double) -> Double {
        switch self {
        case .sparse: context
        case .compressed(let c): c.count(context: context)
        case .full, .window, .chunk, .state: 0
        }
    }

    /// The contexts at which what is read or kept bends.
    public var bends: [Double] {
        switch self {
        case .full, .state: []
        case .window(let tokens), .chunk(let tokens), .sparse(let tokens, _): [Double(tokens)]
        case .compressed(let c): [Double(c.window)] + (c.entries.map { [Double($0) * Double(c.ratio)] } ?? [])
        }
    }
}
