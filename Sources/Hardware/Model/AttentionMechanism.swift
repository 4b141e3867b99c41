/// What a layer's heads multiply with, by the sizes that decide what is read and computed.
public enum AttentionMechanism: Hashable, Sendable {
    /// Grouped-query attention; multi-head and multi-query are its ends. Qwen, Llama, GLM-4, MiniMax, gpt-oss, ….
    case groupedQuery(GroupedQuery)
    /// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434), decoded in its absorbed form: all heads read one
    /// latent of `latentRank` and one rotary key of `rotaryDimension`. DeepSeek, Kimi, GLM-5, LongCat, Mistral Large 3.
    case latent(Latent)
    /// Multi-matrix factorisation attention (Step-3, arXiv 2507.19427): low-rank queries, one shared key and value head.
    case factorised(queryHeads: Int, headDimension: Int, queryRank: Int)
    /// One entry that serves all heads as key and as value, low-rank queries, a grouped low-rank output. DeepSeek-V4.
    case sharedEntry(SharedEntry)
    /// Linear attention and state-space layers: a constant state in place of a cache.
    case recurrent(RecurrentAttention)

    /// The sizes of grouped-query attention.
    public struct GroupedQuery: Hashable, Sendable {
        public var queryHeads: Int
        public var keyValueHeads: Int
        public var keyDimension: Int
        public var valueDimension: Int
        /// A gate on the output: none, one number a head, or one an element.
        public var gate: Gate
        /// Whether the values are the projected keys, so that there is no value projection (Gemma 4's global layers). The
        /// cache keeps both: they are normalised and rotated differently.
        public var valuesFromKeys: Bool

        public enum Gate: Hashable, Sendable { case none, head, element }

        public init(
            queryHeads: Int, keyValueHeads: Int, keyDimension: Int, valueDimension: Int? = nil, gate: Gate = .none,
            valuesFromKeys: Bool = false
        ) {
            self.queryHeads = queryHeads
            self.keyValueHeads = keyValueHeads
            self.keyDimension = keyDimension
            self.valueDimension = valueDimension ?? keyDimension
            self.gate = gate
            self.valuesFromKeys = valuesFromKeys
        }
    }

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
        /// Whether a gate of the output's width is projected from the residual stream (Kimi K3).
        public var isGated: Bool

        public init(
            queryHeads: Int, latentRank: Int, queryRank: Int?, rotaryDimension: Int, plainDimension: Int,
            valueDimension: Int, isGated: Bool = false
        ) {
            self.queryHeads = queryHeads
            self.latentRank = latentRank
            self.queryRank = queryRank
            self.rotaryDimension = rotaryDimension
            self.plainDimension = plainDimension
            self.valueDimension = valueDimension
            self.isGated = isGated
        }
    }

    /// The sizes of DeepSeek-V4's attention.
    public struct SharedEntry: Hashable, Sendable {
        public var queryHeads: Int
        /// Elements of an entry, key and value in one.
        public var dimension: Int
        public var queryRank: Int
        /// The output is projected by groups of heads to this rank each, then to the residual stream.
        public var outputRank: Int
        public var outputGroups: Int

        public init(queryHeads: Int, dimension: Int, queryRank: Int, outputRank: Int, outputGroups: Int) {
            self.queryHeads = queryHeads
            self.dimension = dimension
            self.queryRank = queryRank
            self.outputRank = outputRank
            self.outputGroups = outputGroups
        }
    }

    /// Query heads, which tensor parallelism splits.
    public var queryHeads: Int {
        switch self {
        case .groupedQuery(let grouped): grouped.queryHeads
        case .latent(let latent): latent.queryHeads
        case .factorised(let heads, _, _): heads
        case .sharedEntry(let shared): shared.queryHeads
        case .recurrent(let layer): layer.heads
        }
    }
}

extension AttentionMechanism {
    /// Elements of one entry of the cache on one of `ranks` tensor-parallel devices.
    ///
    /// Grouped-query heads are split, down to one each; a latent and a single shared head are held by every rank.
    public func cacheElements(ranks: Int) -> Double {
        switch self {
        case .groupedQuery(let grouped):
            Double((grouped.keyValueHeads + ranks - 1) / ranks) * Double(grouped.keyDimension + grouped.valueDimension)
        case .latent(let latent): Double(latent.latentRank + latent.rotaryDimension)
        case .factorised(_, let dimension, _): 2 * Double(dimension)
        case .sharedEntry(let shared): Double(shared.dimension)
        case .recurrent: 0
        }
    }

    /// Floating-point operations for one query token against one cached entry, all heads: two for each multiplication and
    /// addition of the scores, two for those of the weighted sum.
    public var operationsPerEntry: Double {
        switch self {
        case .groupedQuery(let grouped):
            2 * Double(grouped.queryHeads) * Double(grouped.keyDimension + grouped.valueDimension)
        case .factorised(let heads, let dimension, _): 4 * Double(heads) * Double(dimension)
        case .latent(let latent):
            2 * Double(latent.queryHeads) * Double(2 * latent.latentRank + latent.rotaryDimension)
        case .sharedEntry(let shared): 4 * Double(shared.queryHeads) * Double(shared.dimension)
        case .recurrent: 0
        }
    }

    /// Operations of one query token that do not depend on the context: updating and reading a constant state.
    public var operationsPerToken: Double {
        if case .recurrent(let layer) = self { return layer.operations }
        return 0
    }

    /// Parameters of the projections of one layer of a model with the given hidden size; without keys and values where the
    /// layer reads another's.
    ///
    /// The absorbed form of latent attention multiplies by the same matrices in another order, so their count stands.
    func projectionParameters(hidden: Int, ownsCache: Bool) -> Double {
        let h = Double(hidden)
        switch self {
        case .groupedQuery(let grouped):
            let heads = Double(grouped.queryHeads)
            let output = heads * Double(grouped.valueDimension)
            let values = grouped.valuesFromKeys ? 0 : grouped.valueDimension
            let cached = ownsCache ? Double(grouped.keyValueHeads) * Double(grouped.keyDimension + values) : 0
            let gate: Double =
                switch grouped.gate {
                case .none: 0
                case .head: heads
                case .element: output
                }
            return h * (heads * Double(grouped.keyDimension) + cached + output + gate)
        case .latent(let latent):
            let heads = Double(latent.queryHeads)
            let queryWidth = heads * Double(latent.plainDimension + latent.rotaryDimension)
            let output = heads * Double(latent.valueDimension)
            let query = latent.queryRank.map { Double($0) * (h + queryWidth) } ?? h * queryWidth
            let down = h * Double(latent.latentRank + latent.rotaryDimension)
            let up = Double(latent.latentRank) * heads * Double(latent.plainDimension + latent.valueDimension)
            return query + down + up + output * h * (latent.isGated ? 2 : 1)
        case .factorised(let heads, let dimension, let rank):
            let width = Double(heads) * Double(dimension)
            return h * Double(rank) + Double(rank) * width + 2 * h * Double(dimension) + width * h
        case .sharedEntry(let shared):
            let width = Double(shared.queryHeads) * Double(shared.dimension)
            let groups = Double(shared.outputGroups)
            let rank = Double(shared.outputRank)
            return Double(shared.queryRank) * (h + width) + h * Double(shared.dimension) + width * rank + groups * rank
                * h
        case .recurrent(let layer): return layer.parameters
        }
    }

    /// The width that an index's queries are projected from.
    func indexQueryWidth(hidden: Int) -> Int {
        switch self {
        case .latent(let latent): latent.queryRank ?? hidden
        case .sharedEntry(let shared): shared.queryRank
        case .groupedQuery, .factorised, .recurrent: hidden
        }
    }

    /// Products with weights of one layer, on the Attention side of a disaggregated decoder: grouped-query, query-key-value and output;
    /// latent, two down-projections, the query's up-projection, the two absorbed products and the output; recurrent, input and output.
    public var products: Int {
        switch self {
        case .groupedQuery, .recurrent: 2
        case .factorised: 4
        case .latent: 6
        case .sharedEntry: 5
        }
    }

    /// Small kernels of one layer beside the attention kernel and the products: norm, head norm with rotary embedding, cache append,
    /// norm; one more norm for low-rank queries; a recurrent layer's convolution, gates and norm. The hand-over's kernels are part of
    /// the link's latency, as that is measured.
    public var auxiliaryKernels: Int {
        switch self {
        case .groupedQuery, .factorised: 4
        case .latent, .sharedEntry, .recurrent: 5
        }
    }
}
