import Text

/// Llama and what is built like it: grouped-query attention, one network a layer.
enum LlamaFamilies {
    static let all: [Family] =
        [
            plain("llama", architectures: ["LlamaForCausalLM"], slides: nil),
            plain(
                "mistral", types: ["ministral", "ministral3"],
                architectures: ["MistralForCausalLM", "MinistralForCausalLM", "Ministral3ForCausalLM"],
                slides: { _ in true }),
            Family("phi3", architectures: ["Phi3ForCausalLM"]) { body throws(InvalidInput) in
                // Phi-4-mini says that every layer of one is a full one.
                guard try body.integer("full_attn_mod") ?? 1 == 1 else {
                    throw body.fault("full_attn_mod", "must be 1: others are not modelled for this family")
                }
                let spans = try body.spans(layers: try body.layerCount(), slides: { _ in true })
                return try grouped(body, spans: spans)
            },
            plain("granite", architectures: ["GraniteForCausalLM"], slides: nil),
            plain("internlm2", types: ["internlm3"], architectures: ["InternLM2ForCausalLM"], slides: nil),
            plain("olmo", types: ["olmo2"], architectures: ["OlmoForCausalLM", "Olmo2ForCausalLM"], slides: nil),
            plain("olmo3", architectures: ["Olmo3ForCausalLM"], slides: { ($0 + 1) % 4 != 0 }),
            plain("smollm3", architectures: ["SmolLM3ForCausalLM"], ties: true, windowIsOn: false, slides: nil),
            plain("seed_oss", architectures: ["SeedOssForCausalLM"], slides: nil),
            plain("glm", types: ["glm4"], architectures: ["GlmForCausalLM", "Glm4ForCausalLM"], slides: nil),
            Family("hunyuan_v1_dense", architectures: ["HunYuanDenseV1ForCausalLM"]) { body throws(InvalidInput) in
                try body.refuse("use_cla")
                body.ignore("cla_share_factor", "num_media_embeds")
                return try grouped(body, spans: try body.spans(layers: try body.layerCount()))
            },
            // LG AI's own code for EXAONE 3 and 3.5, Stability's StableLM 2, Baichuan 2: gated networks.
            Family("exaone", architectures: ["ExaoneForCausalLM"]) { body throws(InvalidInput) in
                guard try body.text("activation_function") ?? "silu" == "silu" else {
                    throw body.fault("activation_function", "must be silu for this family")
                }
                return try grouped(body, spans: try body.spans(layers: try body.layerCount()))
            },
            plain("stablelm", architectures: ["StableLmForCausalLM"], slides: nil),
            Family("baichuan", architectures: ["BaichuanForCausalLM", "BaiChuanForCausalLM"]) {
                body throws(InvalidInput) in
                let heads = try body.queryHeads()
                guard try body.integer("num_key_value_heads") ?? heads == heads else {
                    throw body.fault("num_key_value_heads", "must be num_attention_heads, as this family's code has it")
                }
                return try grouped(body, spans: try body.spans(layers: try body.layerCount()))
            },
            plain("ernie4_5", architectures: ["Ernie4_5ForCausalLM", "Ernie4_5_ForCausalLM"], ties: true, slides: nil),
            plain("cohere", architectures: ["CohereForCausalLM"], ties: true, slides: nil),
            plain("nemotron", architectures: ["NemotronForCausalLM"], gated: false, slides: nil),
            plain("arcee", architectures: ["ArceeForCausalLM"], gated: false, slides: nil),
            plain("apertus", architectures: ["ApertusForCausalLM"], gated: false, slides: nil),
            plain(
                "starcoder2", architectures: ["Starcoder2ForCausalLM"], ties: true, gated: false,
                slides: { _ in true }),
            Family("cohere2", architectures: ["Cohere2ForCausalLM"], read: cohere2),
            Family("exaone4", types: ["exaone4_5", "exaone4_5_text"], architectures: ["Exaone4ForCausalLM"]) {
                body throws(InvalidInput) in
                let layers = try body.layerCount()
                return try grouped(
                    body, spans: try body.spans(layers: layers, slides: try body.slidingPattern(otherwise: 4)))
            },
            Family("llama4", types: ["llama4_text"], architectures: ["Llama4ForCausalLM"], read: llama4),
            Family("nemotron-nas", types: ["deci"], architectures: ["DeciLMForCausalLM"], read: blockConfigurations),
        ]

    /// A family of dense layers that are alike but for the window.
    private static func plain(
        _ name: String, types: Set<String> = [], architectures: Set<String>, ties: Bool = false, gated: Bool = true,
        windowIsOn: Bool = true, slides: (@Sendable (Int) -> Bool)?
    ) -> Family {
        Family(name, types: types, architectures: architectures) { body throws(InvalidInput) in
            let layers = try body.layerCount()
            let spans = try body.spans(layers: layers, windowIsOn: windowIsOn, slides: slides)
            return try grouped(body, spans: spans, ties: ties, gated: gated)
        }
    }

    /// Grouped-query layers of these spans, each with one network.
    static func grouped(
        _ body: ConfigurationBody, spans: [AttentionSpan], ties: Bool = false, gated: Bool = true
    ) throws(InvalidInput) -> Architecture {
        let mechanism = AttentionMechanism.groupedQuery(try body.groupedQuery())
        let network = try body.dense("intermediate_size", isGated: gated)
        return Architecture(
            layers: spans.map { .init(attention: Attention(mechanism, span: $0), feedForward: network) },
            tiesEmbeddings: ties)
    }

    /// Command R7B and A: every fourth layer is full. Older bodies say what the code does in keys of their own.
    private static func cohere2(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        for name in ["use_gated_activation", "use_embedding_sharing"] as [StaticString] {
            guard try body.flag(name) ?? true else { throw body.fault(name, "must be true for this family") }
        }
        guard try body.text("order_of_interleaved_layers") ?? "local_attn_first" == "local_attn_first" else {
            throw body.fault("order_of_interleaved_layers", "must be local_attn_first")
        }
        body.ignore("use_parallel_block", "use_parallel_embedding")
        let every = try body.integer("sliding_window_pattern", "_sliding_window_pattern", "layer_switch")
        let spans = try body.spans(
            layers: try body.layerCount(), slides: try body.slidingPattern(otherwise: every ?? 4))
        return try grouped(body, spans: spans, ties: true)
    }

    /// Llama 4: chunks but for every fourth layer, and a mixture with one shared expert in every nth.
    private static func llama4(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let mechanism = AttentionMechanism.groupedQuery(try body.groupedQuery())
        var spans = Array(repeating: AttentionSpan.full, count: layers)
        if try body.layerTypes(layers: layers) != nil {
            spans = try body.spans(layers: layers)
        } else if let chunk = try body.integer("attention_chunk_size"), chunk > 0 {
            let every = try body.integer("no_rope_layer_interval") ?? 4
            // The modelling code takes an empty list for none.
            let listed = try body.integers("no_rope_layers").flatMap { $0.isEmpty ? nil : $0 }
            let rotary = try body.perLayer("no_rope_layers", listed, layers: layers)
            spans = (0..<layers).map { index in
                let isFull = rotary.map { $0[index] == 0 } ?? (every > 0 && (index + 1) % every == 0)
                return isFull ? .full : .chunk(tokens: chunk)
            }
        }
        let networks = try body.feedForwards(
            layers: layers, mixture: try body.mixture(sharedCount: 1),
            dense: { () throws(InvalidInput) in try body.dense("intermediate_size_mlp") })
        body.ignore("intermediate_size_mlp", "no_rope_layer_interval", "no_rope_layers")
        return Architecture(
            layers: zip(spans, networks).map { .init(attention: Attention(mechanism, span: $0), feedForward: $1) })
    }

    /// Nemotron NAS: each layer says its own key-value groups and the width of its network, or that it has none.
    private static func blockConfigurations(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let heads = try body.queryHeads()
        let dimension = try body.headDimension(heads: heads)
        let hidden = try body.hiddenSize()
        body.ignore("num_key_value_heads", "intermediate_size")
        guard let blocks = body.given("block_configs"), blocks.kind == .array, blocks.count == layers else {
            throw body.fault("block_configs", "must have one element for each of the model's \(layers) layers")
        }
        var list: [ModelDescription.Layers] = []
        for (index, element) in blocks.elements.enumerated() {
            let block = ConfigurationBody(element, path: body.path + "block_configs.\(index).")
            guard let attention = try block.object("attention"), let network = try block.object("ffn") else {
                throw block.fault("attention", "and ffn must be objects")
            }
            for part in [attention, network] {
                try part.refuse("replace_with_linear")
                part.ignore("sparsify", "unshifted_sink", "num_sink_tokens", "use_prefill_window_in_sink_attention")
            }
            var layer = ModelDescription.Layers(attention: nil, feedForward: nil)
            if try attention.flag("no_op") != true {
                let group = try attention.required("n_heads_in_group")
                guard group > 0, heads % group == 0 else {
                    throw attention.fault("n_heads_in_group", "must divide the model's \(heads) heads")
                }
                let window = try attention.integer("window_length") ?? 0
                layer.attention = Attention(
                    .groupedQuery(.init(queryHeads: heads, keyValueHeads: heads / group, keyDimension: dimension)),
                    span: window > 0 ? .window(tokens: window) : .full)
            }
            if try network.flag("no_op") != true {
                layer.feedForward = .dense(.init(intermediate: try Self.intermediate(network, hidden: hidden)))
            }
            if let unknown = block.unread.first {
                throw InvalidInput(field: unknown, rule: "is not known of nemotron-nas")
            }
            list.append(layer)
        }
        return Architecture(layers: list)
    }

    /// Two thirds of `ffn_mult` times the hidden size, doubled and rounded up to a multiple of 256.
    private static func intermediate(_ network: ConfigurationBody, hidden: Int) throws(InvalidInput) -> Int {
        if let size = try network.integer("intermediate_size") {
            network.ignore("ffn_mult")
            return size
        }
        guard let multiple = network.given("ffn_mult")?.number, 0.001...1000 ~= multiple else {
            throw network.fault("ffn_mult", "must be a number from 0.001 to 1000")
        }
        let size = Int(2 * multiple * Double(hidden) / 3)
        return (size + 255) / 256 * 256
    }
}
