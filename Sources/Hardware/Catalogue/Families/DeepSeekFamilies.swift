import Text

/// DeepSeek V2 to V4, and what is built on their latent attention: Kimi K2, GLM 4.7 Flash, GLM 5, Mistral Large 3 and 4.
enum DeepSeekFamilies {
    static let all: [Family] = [
        Family(
            "deepseek_v3",
            types: ["deepseek_v2", "kimi_k2", "kimi_k25", "mistral4", "glm4_moe_lite", "deepseek_vl_v2", "youtu"],
            architectures: [
                "DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM", "MistralLarge3ForCausalLM", "Glm4MoeLiteForCausalLM",
            ], read: latent),
        Family(
            "deepseek_v32", types: ["glm_moe_dsa"],
            architectures: ["DeepseekV32ForCausalLM", "GlmMoeDsaForCausalLM"], read: indexed),
        Family("deepseek_v4", architectures: ["DeepseekV4ForCausalLM"], read: compressed),
    ]

    static func latent(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        if body.value["index_topk"].map({ !$0.isNull }) ?? false { return try indexed(body) }
        let mechanism = try body.latent()
        body.ignore("layer_types")
        return Architecture(
            layers: try networks(body, layers: layers).map {
                .init(attention: Attention(mechanism), feedForward: $0)
            })
    }

    static func networks(_ body: ConfigurationBody, layers: Int) throws(InvalidInput) -> [FeedForward] {
        let networks = try body.feedForwards(
            layers: layers, mixture: try body.mixture(),
            dense: { () throws(InvalidInput) in try body.dense("intermediate_size") })
        body.ignore("intermediate_size")
        return networks
    }

    /// DeepSeek sparse attention: an index in each layer, or in some whose picks the next layers share (GLM 5.2).
    private static func indexed(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let mechanism = try body.latent()
        let tokens = try body.required("index_topk")
        let own = try ownsIndex(body, layers: layers)
        let dimension = try body.required("index_head_dim")
        var index = AttentionSpan.Index(
            heads: try body.required("index_n_heads"), dimension: dimension, bytesRead: Double(dimension),
            bytesKept: Double(dimension) + 4 * (Double(dimension) / 128).rounded(.up), projections: .lowRank)
        body.ignore("layer_types")
        let networks = try networks(body, layers: layers)
        return Architecture(
            layers: zip(own, networks).map { owned, network in
                index.isOwned = owned
                return .init(
                    attention: Attention(mechanism, span: .sparse(tokens: tokens, index: index)), feedForward: network)
            })
    }

    private static func ownsIndex(_ body: ConfigurationBody, layers: Int) throws(InvalidInput) -> [Bool] {
        body.ignore("index_share_for_mtp_iteration")
        let frequency = max(1, try body.integer("index_topk_freq") ?? 1)
        let offset = try body.integer("index_skip_topk_offset") ?? 2
        if let types = try body.perLayer("indexer_types", try body.texts("indexer_types"), layers: layers) {
            body.ignore("index_topk_pattern")
            guard types.allSatisfy({ $0 == "full" || $0 == "shared" }) else {
                throw body.fault("indexer_types", "must be a list of full and shared")
            }
            return types.map { $0 == "full" }
        }
        if let pattern = try body.text("index_topk_pattern") {
            let letters = Array(pattern.utf8)
            guard letters.count >= layers, letters.allSatisfy({ $0 == UInt8(ascii: "F") || $0 == UInt8(ascii: "S") })
            else { throw body.fault("index_topk_pattern", "must be a letter F or S for each layer") }
            return letters.prefix(layers).map { $0 == UInt8(ascii: "F") }
        }
        return (0..<layers).map { max(0, $0 - offset + 1) % frequency == 0 }
    }

    /// DeepSeek-V4: a window of raw entries in each layer, beside them entries of 4 tokens that an index picks from, or of
    /// 128 that are all read, or none.
    private static func compressed(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let hidden = try body.hiddenSize()
        body.ignore("num_key_value_heads", "qk_rope_head_dim", "num_hash_layers", "qk_nope_head_dim")
        let mechanism = AttentionMechanism.sharedEntry(
            .init(
                queryHeads: try body.queryHeads(), dimension: try body.required("head_dim"),
                queryRank: try body.required("q_lora_rank"), outputRank: try body.required("o_lora_rank"),
                outputGroups: try body.required("o_groups")))
        let window = try body.required("sliding_window")
        let entries = try body.required("index_topk")
        let heads = try body.required("index_n_heads")
        let dimension = try body.required("index_head_dim")
        let ratios = try ratios(body, layers: layers)
        let networks = try networks(body, layers: layers)
        let attention = ratios.map { ratio -> Attention in
            guard ratio > 0 else { return Attention(mechanism, span: .window(tokens: window)) }
            // Entries that overlap are few tokens wide and picked by an index; wide ones are read whole.
            let index =
                ratio > 4
                ? nil
                : AttentionSpan.Index(
                    heads: heads, dimension: dimension, bytesRead: Double(dimension), bytesKept: Double(dimension),
                    projections: .compressed(ratio: ratio))
            return Attention(
                mechanism,
                span: .compressed(
                    .init(window: window, ratio: ratio, entries: index == nil ? nil : entries, index: index)))
        }
        // Hyper-connections: for each of two sublayers n(n + 2) mixing rows of n residual streams, and n at the head.
        let streams = try body.integer("hc_mult") ?? 1
        try InvalidInput.check(streams, in: 1...64, field: body.path + "hc_mult")
        let row = Double(streams) * Double(hidden)
        let mixing = streams > 1 ? 2 * Double(layers * streams * (streams + 2)) + Double(streams) : 0
        return Architecture(
            layers: zip(attention, networks).map { .init(attention: $0, feedForward: $1) },
            otherParameters: mixing * row)
    }

    private static func ratios(_ body: ConfigurationBody, layers: Int) throws(InvalidInput) -> [Int] {
        if let list = try body.perLayer("compress_ratios", try body.integers("compress_ratios"), layers: layers) {
            body.ignore("layer_types", "compress_rates")
            guard list.allSatisfy({ [0, 4, 128].contains($0) }) else {
                throw body.fault("compress_ratios", "must be a list of 0, 4 and 128; others are not modelled")
            }
            return list
        }
        let names = try body.perLayer("layer_types", try body.texts("layer_types"), layers: layers)
        guard let names else { throw body.fault("compress_ratios", "is missing from the model's configuration") }
        body.ignore("compress_rates")
        var list: [Int] = []
        for name in names {
            switch name {
            case "sliding_attention": list.append(0)
            case "compressed_sparse_attention": list.append(4)
            case "heavily_compressed_attention": list.append(128)
            default: throw body.fault("layer_types", "has a kind of attention that is not modelled for this family")
            }
        }
        return list
    }
}
