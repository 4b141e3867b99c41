import Text

/// Gemma 1 to 4: windows in most layers, embedding and head in one matrix.
enum GemmaFamilies {
    static let all: [Family] = [
        Family("gemma", architectures: ["GemmaForCausalLM"]) { body throws(InvalidInput) in
            let spans = Array(repeating: AttentionSpan.full, count: try body.layerCount())
            return try LlamaFamilies.grouped(body, spans: spans, ties: true)
        },
        Family("gemma2", architectures: ["Gemma2ForCausalLM"]) { body throws(InvalidInput) in
            let layers = try body.layerCount()
            let spans = try body.spans(layers: layers, slides: { $0 % 2 == 0 })
            return try LlamaFamilies.grouped(body, spans: spans, ties: true)
        },
        Family("gemma3", types: ["gemma3_text"], architectures: ["Gemma3ForCausalLM"], read: gemma3),
        Family("gemma4", types: ["gemma4_text"], architectures: ["Gemma4ForCausalLM"], read: gemma4),
    ]

    /// Gemma 3 leaves out of its bodies what its model type has by default.
    private static func gemma3(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let spans = try body.spans(layers: layers, slides: try body.slidingPattern(otherwise: 6))
        let heads = try body.integer("num_attention_heads")
        let keyValueHeads = try body.integer("num_key_value_heads")
        let dimension = try body.integer("head_dim")
        let grouped = AttentionMechanism.GroupedQuery(
            queryHeads: heads ?? 8, keyValueHeads: keyValueHeads ?? 4, keyDimension: dimension ?? 256)
        if heads == nil || keyValueHeads == nil || dimension == nil {
            body.warn("model_defaults", "gemma3: 8 heads, 4 for keys and values, of 256, where the body gives none")
        }
        let network = try body.dense("intermediate_size")
        return Architecture(
            layers: spans.map { .init(attention: Attention(.groupedQuery(grouped), span: $0), feedForward: network) },
            tiesEmbeddings: true, vocabulary: 262_208)
    }

    /// Gemma 4: wider and fewer heads in the layers that attend to everything, whose values may be their keys; the last
    /// layers may read the cache of earlier ones; a dense network beside the experts; small embeddings for each layer.
    private static func gemma4(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let hidden = try body.hiddenSize()
        let spans = try body.spans(layers: layers, slides: { ($0 + 1) % 6 != 0 })
        let heads = try body.queryHeads()
        let keyValueHeads = try body.required("num_key_value_heads")
        let sliding = AttentionMechanism.GroupedQuery(
            queryHeads: heads, keyValueHeads: keyValueHeads, keyDimension: try body.required("head_dim"))
        let valuesFromKeys = try body.flag("attention_k_eq_v") ?? false
        let globalHeads = try body.integer("num_global_key_value_heads")
        let full = AttentionMechanism.GroupedQuery(
            queryHeads: heads, keyValueHeads: valuesFromKeys ? globalHeads ?? keyValueHeads : keyValueHeads,
            keyDimension: try body.integer("global_head_dim") ?? 512, valuesFromKeys: valuesFromKeys)
        let sharing = try body.integer("num_kv_shared_layers") ?? 0
        guard sharing < layers else {
            throw body.fault("num_kv_shared_layers", "must be less than the number of layers")
        }
        let dense = try body.required("intermediate_size")
        let isWide = try body.flag("use_double_wide_mlp") ?? false
        var mixture: FeedForward.Mixture?
        if try body.flag("enable_moe_block") == true {
            mixture = try body.mixture()
            mixture?.beside = .init(intermediate: dense)
        }
        body.ignore("num_experts", "top_k_experts", "moe_intermediate_size", "expert_intermediate_size")
        let list = spans.enumerated().map { index, span in
            let shares = index >= layers - sharing
            let width = shares && isWide ? 2 * dense : dense
            return ModelDescription.Layers(
                attention: Attention(.groupedQuery(span == .full ? full : sliding), span: span, ownsCache: !shares),
                feedForward: mixture.map { .mixture($0) } ?? .dense(.init(intermediate: width)))
        }
        let small = try body.integer("hidden_size_per_layer_input") ?? 0
        let vocabulary = try body.integer("vocab_size_per_layer_input") ?? 262_144
        try InvalidInput.check(small, in: 0...1_000_000, field: body.path + "hidden_size_per_layer_input")
        try InvalidInput.check(vocabulary, in: 0...100_000_000, field: body.path + "vocab_size_per_layer_input")
        let perLayer = Double(layers) * Double(small)
        return Architecture(
            layers: list, tiesEmbeddings: true, otherParameters: 3 * perLayer * Double(hidden),
            lookupParameters: perLayer * Double(vocabulary))
    }
}
