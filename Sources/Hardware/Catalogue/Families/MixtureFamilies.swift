import Text

/// Grouped-query attention with a mixture of experts, where the rules differ in little.
enum MixtureFamilies {
    static let all: [Family] = [
        plain("mixtral", architectures: ["MixtralForCausalLM"], slides: { _ in true }),
        plain("olmoe", architectures: ["OlmoeForCausalLM"]),
        plain("phimoe", architectures: ["PhiMoEForCausalLM", "PhimoeForCausalLM"], slides: { _ in true }),
        plain(
            "glm4_moe", types: ["glm4v_moe", "glm4v_moe_text"], architectures: ["Glm4MoeForCausalLM"]),
        plain("solar_open", architectures: ["SolarOpenForCausalLM"]),
        plain(
            "granitemoe", types: ["granitemoeshared"],
            architectures: ["GraniteMoeForCausalLM", "GraniteMoeSharedForCausalLM"]),
        plain(
            "hy_v3", architectures: ["HYV3ForCausalLM"],
            sparse: { layers in (0..<layers).map { $0 > 0 } }),
        Family("dots1", architectures: ["Dots1ForCausalLM"]) { body throws(InvalidInput) in
            let first = try body.integer("max_window_layers") ?? 62
            return try read(body, slides: { $0 >= first })
        },
        Family("exaone_moe", architectures: ["ExaoneMoeForCausalLM", "ExaoneMoEForCausalLM"]) {
            body throws(InvalidInput) in
            try read(body, slides: try body.slidingPattern(otherwise: 4))
        },
        Family("afmoe", architectures: ["AfmoeForCausalLM"]) { body throws(InvalidInput) in
            let every = try body.integer("global_attn_every_n_layers") ?? 4
            guard every > 0 else { throw body.fault("global_attn_every_n_layers", "must be a whole number from 1") }
            return try read(body, gate: .element, slides: { ($0 + 1) % every != 0 })
        },
        Family(
            "ernie4_5_moe", types: ["ernie4_5_vl_moe", "ernie4_5_moe_vl"],
            architectures: ["Ernie4_5_MoeForCausalLM", "Ernie4_5_MoEForCausalLM"]
        ) {
            body throws(InvalidInput) in
            guard body.value["moe_num_shared_experts"] != nil else {
                throw body.fault("moe_num_shared_experts", "is missing, and implementations take different defaults")
            }
            body.ignore("moe_use_aux_free", "moe_gate", "moe_capacity", "moe_layer_end_index")
            return try read(body, ties: true)
        },
        Family("gpt_oss", architectures: ["GptOssForCausalLM"]) { body throws(InvalidInput) in
            try read(body, slides: { $0 % 2 == 0 })
        },
        Family("mimo_v2_flash", types: ["mimo_v2"], architectures: ["MiMoV2FlashForCausalLM"], read: mimo),
        Family("dbrx", architectures: ["DbrxForCausalLM"], read: dbrx),
        Family("arctic", architectures: ["ArcticForCausalLM"], read: arctic),
        Family(
            "grok", types: ["grok-1", "grok-2", "git"], architectures: ["Grok1ForCausalLM", "Grok1ModelForCausalLM"],
            read: grok),
        Family(
            "hunyuan", types: ["hunyuan_v1_moe"], architectures: ["HunYuanForCausalLM", "HunYuanMoEV1ForCausalLM"],
            read: hunyuan),
        Family("longcat_flash", architectures: ["LongcatFlashForCausalLM"], read: longcat),
    ]

    private static func plain(
        _ name: String, types: Set<String> = [], architectures: Set<String>,
        slides: (@Sendable (Int) -> Bool)? = nil, sparse: (@Sendable (Int) -> [Bool])? = nil
    ) -> Family {
        Family(name, types: types, architectures: architectures) { body throws(InvalidInput) in
            try read(body, slides: slides, sparse: sparse)
        }
    }

    /// The usual keys, with the family's rule of which layers slide.
    static func read(
        _ body: ConfigurationBody, gate: AttentionMechanism.GroupedQuery.Gate = .none, ties: Bool = false,
        slides: ((Int) -> Bool)? = nil, sparse: ((Int) -> [Bool])? = nil
    ) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let mechanism = AttentionMechanism.groupedQuery(try body.groupedQuery(gate: gate))
        let spans = try body.spans(layers: layers, slides: slides)
        let networks = try body.feedForwards(
            layers: layers, mixture: try body.mixture(),
            dense: { () throws(InvalidInput) in try body.dense("intermediate_size") }, sparse: sparse?(layers))
        body.ignore("intermediate_size")
        return Architecture(
            layers: zip(spans, networks).map { .init(attention: Attention(mechanism, span: $0), feedForward: $1) },
            tiesEmbeddings: ties)
    }

    /// MiMo V2: layers that slide have heads of their own; keys and values differ in width.
    private static func mimo(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let full = try body.groupedQuery()
        var sliding = full
        sliding.queryHeads = try body.integer("swa_num_attention_heads") ?? full.queryHeads
        sliding.keyValueHeads = try body.integer("swa_num_key_value_heads") ?? full.keyValueHeads
        sliding.keyDimension = try body.integer("swa_head_dim") ?? full.keyDimension
        sliding.valueDimension = try body.integer("swa_v_head_dim") ?? full.valueDimension
        body.ignore("attention_chunk_size", "sliding_window_size", "attention_value_scale")
        let pattern = try body.perLayer(
            "hybrid_layer_pattern", try body.integers("hybrid_layer_pattern"), layers: layers)
        let slides: ((Int) -> Bool)? = pattern.map { pattern in { pattern[$0] != 0 } }
        let spans = try body.spans(layers: layers, slides: slides)
        guard body.value["swa_num_key_value_heads"] != nil || !spans.contains(where: { $0 != .full }) else {
            throw body.fault(
                "swa_num_key_value_heads",
                "is missing: the sliding layers have more heads for keys and values than num_key_value_heads says")
        }
        let networks = try body.feedForwards(
            layers: layers, mixture: try body.mixture(),
            dense: { () throws(InvalidInput) in try body.dense("intermediate_size") })
        return Architecture(
            layers: zip(spans, networks).map { span, network in
                .init(
                    attention: Attention(.groupedQuery(span == .full ? full : sliding), span: span),
                    feedForward: network)
            })
    }

    private static func dbrx(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let heads = try body.queryHeads()
        guard let attention = try body.object("attn_config"), let network = try body.object("ffn_config") else {
            throw body.fault("ffn_config", "and attn_config must be objects")
        }
        let mechanism = AttentionMechanism.groupedQuery(
            .init(
                queryHeads: heads, keyValueHeads: try attention.required("kv_n_heads"),
                keyDimension: try body.headDimension(heads: heads)))
        let mixture = FeedForward.Mixture(
            experts: try network.required("moe_num_experts"), active: try network.required("moe_top_k"),
            intermediate: try network.required("ffn_hidden_size"))
        body.ignore("num_key_value_heads")
        network.ignore("hidden_size", "moe_normalize_expert_weights", "ffn_act_fn", "moe_loss_weight", "moe_jitter_eps")
        attention.ignore("clip_qkv", "attn_pdrop")
        return Architecture(
            layers: Array(
                repeating: .init(attention: Attention(mechanism), feedForward: .mixture(mixture)), count: layers))
    }

    /// Arctic: every nth layer holds experts, and beside them a dense network as wide as the hidden size.
    private static func arctic(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let hidden = try body.hiddenSize()
        let every = max(1, try body.integer("moe_layer_frequency") ?? 2)
        let residual = try body.flag("use_residual") ?? false
        if try body.flag("parallel_attn_mlp_res") == true, !residual {
            throw body.fault("parallel_attn_mlp_res", "must not be true without use_residual")
        }
        var architecture = try read(
            body, slides: { _ in true }, sparse: { layers in (0..<layers).map { ($0 + 1) % every == 0 } })
        guard residual else { return architecture }
        for index in architecture.layers.indices {
            if case .mixture(var mixture) = architecture.layers[index].feedForward {
                mixture.beside = .init(intermediate: hidden)
                architecture.layers[index].feedForward = .mixture(mixture)
            }
        }
        return architecture
    }

    /// Grok-2: a dense network beside the experts of each layer. Grok-1's own format has other keys and is refused.
    private static func grok(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let mechanism = AttentionMechanism.groupedQuery(try body.groupedQuery())
        guard var mixture = try body.mixture() else { throw body.fault("num_local_experts", "must be more than 1") }
        if try body.flag("residual_moe") == true {
            mixture.beside = .init(intermediate: try body.required("intermediate_size"))
        }
        body.ignore("intermediate_size")
        if let window = body.given("sliding_window_size"), window.integer != -1 {
            throw body.fault("sliding_window_size", "must be -1: windows are not modelled for this family")
        }
        guard try body.integer("global_attn_every_n") ?? 1 == 1 else {
            throw body.fault("global_attn_every_n", "must be 1: others are not modelled for this family")
        }
        return Architecture(
            layers: Array(
                repeating: .init(attention: Attention(mechanism), feedForward: .mixture(mixture)), count: layers))
    }

    /// Hunyuan: some layers read the cache of the layer before (cross-layer attention).
    private static func hunyuan(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let mechanism = AttentionMechanism.groupedQuery(try body.groupedQuery())
        let share = try body.integer("cla_share_factor") ?? 1
        let crosses = try body.flag("use_cla") == true
        guard share > 0 else { throw body.fault("cla_share_factor", "must be a whole number from 1") }
        guard try body.flag("use_mla") != true else { throw body.fault("use_mla", "is not modelled for this family") }
        let skipped = try body.integer("moe_layer_num_skipped") ?? 0
        let mixture = try body.mixture()
        if try body.flag("use_mixed_mlp_moe") == false, mixture?.shared != nil {
            throw body.fault("use_mixed_mlp_moe", "is false beside shared experts")
        }
        let networks = try body.feedForwards(
            layers: layers, mixture: mixture,
            dense: { () throws(InvalidInput) in try body.dense("intermediate_size") },
            sparse: (0..<layers).map { $0 >= skipped })
        if mixture == nil { body.ignore("num_shared_expert") }
        body.ignore(
            "intermediate_size", "num_media_embeds", "kv_lora_rank", "q_lora_rank", "qk_rope_head_dim",
            "qk_nope_head_dim", "v_head_dim")
        return Architecture(
            layers: networks.enumerated().map { index, network in
                .init(
                    attention: Attention(mechanism, ownsCache: !crosses || index % share == 0), feedForward: network)
            })
    }

    /// LongCat: a layer is two latent attentions and two dense networks in a row, with a mixture beside the first; some of
    /// the experts do nothing, and a token's picks fall on them as on the others.
    private static func longcat(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let attention = Attention(try body.latent())
        guard var mixture = try body.longcatMixture() else {
            throw body.fault("n_routed_experts", "must be more than 1")
        }
        let dense = FeedForward.Network(intermediate: try body.required("ffn_hidden_size", "intermediate_size"))
        mixture.beside = dense
        body.ignore("attention_method", "mla_scale_q_lora", "mla_scale_kv_lora", "zero_expert_type", "router_bias")
        return Architecture(
            layers: (0..<layers).flatMap { _ in
                [
                    ModelDescription.Layers(attention: attention, feedForward: .mixture(mixture)),
                    ModelDescription.Layers(attention: attention, feedForward: .dense(dense)),
                ]
            })
    }
}

extension ConfigurationBody {
    fileprivate func longcatMixture() throws(InvalidInput) -> FeedForward.Mixture? {
        let experts = try required("n_routed_experts")
        let idle = try integer("zero_expert_num") ?? 0
        let picks = try required("moe_topk", "num_experts_per_tok")
        try InvalidInput.check(experts, in: 2...100_000, field: path + "n_routed_experts")
        try InvalidInput.check(idle, in: 0...100_000, field: path + "zero_expert_num")
        try InvalidInput.check(picks, in: 1...experts, field: path + "moe_topk")
        let routes = experts + idle
        let active = Int((Double(picks * experts) / Double(routes)).rounded())
        if idle > 0 {
            warn(
                "zero_experts",
                "of \(picks) picks a token, \(active) are counted as experts: \(idle) of \(routes) choices do nothing")
        }
        return .init(
            experts: experts, active: max(1, active),
            expert: .init(intermediate: try required("expert_ffn_hidden_size", "moe_intermediate_size")), routes: routes
        )
    }
}
