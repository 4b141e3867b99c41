/// How a layer attends, with the sizes that decide what it reads and computes.
public enum AttentionMechanism: Hashable, Sendable {
    /// Grouped-query attention; multi-head and multi-query are its ends. Qwen, Llama, GLM, MiniMax, gpt-oss.
    case groupedQuery(queryHeads: Int, keyValueHeads: Int, headDimension: Int)
    /// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434), decoded in its absorbed form: all heads read one
    /// latent of `latentRank` and one rotary key of `rotaryDimension`. DeepSeek, Kimi, GLM-5.
    case latent(Latent)
    /// Multi-matrix factorisation attention (Step-3, arXiv 2507.19427): low-rank queries, one shared key and value head.
    case factorised(queryHeads: Int, headDimension: Int, queryRank: Int)

    /// The sizes of multi-head latent attention, by their names in DeepSeek's configuration.
    public struct Latent: Hashable, Sendable {
        public var queryHeads: Int
        /// `kv_lora_rank`.
        public var latentRank: Int
        /// `q_lora_rank`; `nil` where queries are projected outright.
        public var queryRank: Int?
        /// `qk_rope_head_dim`.
        public var rotaryDimension: Int
        /// `qk_nope_head_dim`.
        public var plainDimension: Int
        /// `v_head_dim`.
        public var valueDimension: Int

        public init(
            queryHeads: Int, latentRank: Int, queryRank: Int?, rotaryDimension: Int, plainDimension: Int,
            valueDimension: Int
        ) {
            self.queryHeads = queryHeads
            self.latentRank = latentRank
            self.queryRank = queryRank
            self.rotaryDimension = rotaryDimension
            self.plainDimension = plainDimension
            self.valueDimension = valueDimension
        }
    }

    /// Query heads, which tensor parallelism splits.
    public var queryHeads: Int {
        switch self {
        case .groupedQuery(let heads, _, _), .factorised(let heads, _, _): heads
        case .latent(let latent): latent.queryHeads
        }
    }
}

extension AttentionMechanism {
    /// Elements of the KV cache of one token in one layer on one of `ranks` tensor-parallel devices.
    ///
    /// Grouped-query heads are split, down to one each; a latent and a single shared head are held by every rank.
    public func cacheElements(ranks: Int) -> Double {
        switch self {
        case .groupedQuery(_, let heads, let dimension):
            2 * Double((heads + ranks - 1) / ranks) * Double(dimension)
        case .latent(let latent): Double(latent.latentRank + latent.rotaryDimension)
        case .factorised(_, let dimension, _): 2 * Double(dimension)
        }
    }

    /// Floating-point operations for one query token against one cached token, all heads: two for each multiplication
    /// and addition of the scores, two for those of the weighted sum.
    public var operationsPerCachedToken: Double {
        switch self {
        case .groupedQuery(let heads, _, let dimension), .factorised(let heads, let dimension, _):
            4 * Double(heads * dimension)
        case .latent(let latent):
            2 * Double(latent.queryHeads * (2 * latent.latentRank + latent.rotaryDimension))
        }
    }

    /// Parameters of the projections of one layer of a model with the given hidden size.
    ///
    /// The absorbed form of latent attention multiplies by the same matrices in another order, so their count stands.
    public func projectionParameters(hidden: Int) -> Double {
        let h = Double(hidden)
        switch self {
        case .groupedQuery(let heads, let keyValueHeads, let dimension):
            return h * Double(dimension) * Double(2 * heads + 2 * keyValueHeads)
        case .latent(let latent):
            let heads = Double(latent.queryHeads)
            let queryWidth = heads * Double(latent.plainDimension + latent.rotaryDimension)
            let query = latent.queryRank.map { Double($0) * (h + queryWidth) } ?? h * queryWidth
            let down = h * Double(latent.latentRank + latent.rotaryDimension)
            let up = Double(latent.latentRank) * heads * Double(latent.plainDimension + latent.valueDimension)
            return query + down + up + heads * Double(latent.valueDimension) * h
        case .factorised(let heads, let dimension, let rank):
            let width = Double(heads * dimension)
            return h * Double(rank) + Double(rank) * width + 2 * h * Double(dimension) + width * h
        }
    }

    /// Kernels of one layer beside the attention kernel itself, on the Attention side of a disaggregated decoder.
    ///
    /// Grouped-query: norm, quantisation, query-key-value projection, head norm with rotary embedding, cache append,
    /// quantisation, output projection, norm, and two for the hand-over. Latent: two down-projections with their norm, the
    /// query's up-projection and the two absorbed products make four more.
    public var auxiliaryKernels: Int {
        switch self {
        case .groupedQuery: 10
        case .latent: 14
        case .factorised: 12
        }
    }
}
