import Sizing
import Text

/// The architecture of a language model, as far as decoding speed and memory depend on it.
public struct ModelDescription: Hashable, Sendable {
    /// Layers that attend alike.
    public struct AttentionLayers: Hashable, Sendable {
        public var count: Int
        public var mechanism: AttentionMechanism
        public var span: AttentionSpan

        public init(count: Int, mechanism: AttentionMechanism, span: AttentionSpan = .full) {
            self.count = count
            self.mechanism = mechanism
            self.span = span
        }
    }

    /// Layers whose feed-forward parts are alike.
    public struct FeedForwardLayers: Hashable, Sendable {
        public var count: Int
        public var network: FeedForward

        public init(count: Int, network: FeedForward) {
            self.count = count
            self.network = network
        }
    }

    /// Lower-case public name.
    public let id: String
    public let name: String
    /// Width of the residual stream.
    public let hidden: Int
    public let vocabulary: Int
    public let attention: [AttentionLayers]
    public let feedForward: [FeedForwardLayers]

    /// - Throws: `InvalidInput` naming the size that is out of range, or `num_hidden_layers` where the layers of the two
    ///   sides differ in number.
    public init(
        id: String, name: String, hidden: Int, vocabulary: Int, attention: [AttentionLayers],
        feedForward: [FeedForwardLayers]
    ) throws(InvalidInput) {
        try InvalidInput.check(hidden, in: 1...1_000_000, field: "hidden_size")
        try InvalidInput.check(vocabulary, in: 0...100_000_000, field: "vocab_size")
        for layers in attention { try Self.check(layers) }
        for layers in feedForward { try Self.check(layers) }
        let layers = attention.reduce(0) { $0 + $1.count }
        try InvalidInput.check(layers, in: 1...10_000, field: "num_hidden_layers")
        guard layers == feedForward.reduce(0, { $0 + $1.count }) else {
            throw InvalidInput(field: "num_hidden_layers", rule: "must be the same for attention and feed-forward")
        }
        self.id = id
        self.name = name
        self.hidden = hidden
        self.vocabulary = vocabulary
        self.attention = attention.filter { $0.count > 0 }
        self.feedForward = feedForward.filter { $0.count > 0 }
    }

    private static func check(_ layers: AttentionLayers) throws(InvalidInput) {
        try InvalidInput.check(layers.count, in: 0...10_000, field: "num_hidden_layers")
        let sizes = 1...1_000_000
        switch layers.mechanism {
        case .groupedQuery(let heads, let keyValueHeads, let dimension):
            try InvalidInput.check(heads, in: 1...100_000, field: "num_attention_heads")
            try InvalidInput.check(keyValueHeads, in: 1...heads, field: "num_key_value_heads")
            try InvalidInput.check(dimension, in: sizes, field: "head_dim")
        case .latent(let latent):
            try InvalidInput.check(latent.queryHeads, in: 1...100_000, field: "num_attention_heads")
            try InvalidInput.check(latent.latentRank, in: sizes, field: "kv_lora_rank")
            if let rank = latent.queryRank { try InvalidInput.check(rank, in: sizes, field: "q_lora_rank") }
            try InvalidInput.check(latent.rotaryDimension, in: 0...1_000_000, field: "qk_rope_head_dim")
            try InvalidInput.check(latent.plainDimension, in: sizes, field: "qk_nope_head_dim")
            try InvalidInput.check(latent.valueDimension, in: sizes, field: "v_head_dim")
        case .factorised(let heads, let dimension, let rank):
            try InvalidInput.check(heads, in: 1...100_000, field: "num_attention_heads")
            try InvalidInput.check(dimension, in: sizes, field: "head_dim")
            try InvalidInput.check(rank, in: sizes, field: "share_q_dim")
        }
        switch layers.span {
        case .full: break
        case .window(let tokens): try InvalidInput.check(tokens, in: 1...1_000_000_000, field: "sliding_window")
        case .sparse(let tokens, let heads, let elements):
            try InvalidInput.check(tokens, in: 1...1_000_000_000, field: "index_topk")
            try InvalidInput.check(heads, in: 1...100_000, field: "index_n_heads")
            try InvalidInput.check(elements, in: sizes, field: "index_head_dim")
        }
    }

    private static func check(_ layers: FeedForwardLayers) throws(InvalidInput) {
        try InvalidInput.check(layers.count, in: 0...10_000, field: "num_hidden_layers")
        switch layers.network {
        case .dense(let intermediate):
            try InvalidInput.check(intermediate, in: 1...10_000_000, field: "intermediate_size")
        case .mixture(let mixture):
            try InvalidInput.check(mixture.experts, in: 1...100_000, field: "num_experts")
            try InvalidInput.check(mixture.active, in: 1...mixture.experts, field: "num_experts_per_tok")
            try InvalidInput.check(mixture.intermediate, in: 1...10_000_000, field: "moe_intermediate_size")
            try InvalidInput.check(
                mixture.sharedIntermediate, in: 0...10_000_000, field: "shared_expert_intermediate_size")
        }
    }
}
