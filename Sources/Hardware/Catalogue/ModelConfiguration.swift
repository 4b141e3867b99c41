import JSON
import Sizing
import Text

/// Reads the body of a Hugging Face `config.json`.
///
/// Families differ in names, so a fact is looked for under each name that is in use, and a missing one is reported under
/// the first. Known: DeepSeek, Kimi, GLM-5 (latent attention, with or without sparse index), Qwen, Llama, Mixtral, GLM,
/// MiniMax, gpt-oss, DBRX (grouped-query, dense or mixture, sliding or chunked windows), Step-3 (factorised).
struct ModelConfiguration {
    /// The language model's part of a multimodal configuration.
    let root: JSONValue

    init(_ body: JSONValue) {
        root = body["text_config"].flatMap { $0.kind == .object ? $0 : nil } ?? body
    }

    /// The described model.
    ///
    /// - Throws: `InvalidInput` naming the field that is missing, of the wrong kind or out of range.
    func model(id: String, name: String) throws(InvalidInput) -> ModelDescription {
        let layers = try required("num_hidden_layers", "n_layers")
        try InvalidInput.check(layers, in: 1...10_000, field: "num_hidden_layers")
        let mechanism = try mechanism()
        let spans = try spans(layers: layers)
        let networks = try networks(layers: layers)
        return try ModelDescription(
            id: id, name: name, hidden: try required("hidden_size", "d_model"),
            vocabulary: try optional("vocab_size") ?? 0,
            layers: zip(spans, networks).map {
                .init(attention: Attention(mechanism, span: $0), feedForward: $1)
            })
    }
}

// MARK: Fields

extension ModelConfiguration {
    /// The whole number under the first of `names` that is present and not null.
    func optional(_ names: StaticString..., in object: JSONValue? = nil) throws(InvalidInput) -> Int? {
        try optional(names, in: object)
    }

    func required(_ names: StaticString..., in object: JSONValue? = nil) throws(InvalidInput) -> Int {
        guard let value = try optional(names, in: object) else {
            throw InvalidInput(field: "\(names[0])", rule: "is missing from the model's configuration")
        }
        return value
    }

    private func optional(_ names: [StaticString], in object: JSONValue?) throws(InvalidInput) -> Int? {
        for name in names {
            guard let value = (object ?? root)[name], !value.isNull else { continue }
            guard let number = value.integer, 0...1_000_000_000_000 ~= number else {
                throw InvalidInput(field: "\(name)", rule: "must be a whole number from 0 to 1000000000000")
            }
            return number
        }
        return nil
    }

    private var type: String { root["model_type"]?.string ?? "" }
}

// MARK: Attention

extension ModelConfiguration {
    private func mechanism() throws(InvalidInput) -> AttentionMechanism {
        let heads = try required("num_attention_heads", "n_heads")
        try InvalidInput.check(heads, in: 1...100_000, field: "num_attention_heads")
        if let rank = try optional("kv_lora_rank") {
            return .latent(
                .init(
                    queryHeads: heads, latentRank: rank, queryRank: try optional("q_lora_rank"),
                    rotaryDimension: try required("qk_rope_head_dim"), plainDimension: try required("qk_nope_head_dim"),
                    valueDimension: try required("v_head_dim")))
        }
        let hidden = try required("hidden_size", "d_model")
        if let rank = try optional("share_q_dim") {
            return .factorised(queryHeads: heads, headDimension: try required("head_dim"), queryRank: rank)
        }
        let nested = try optional("kv_n_heads", in: root["attn_config"])
        let keyValueHeads = try optional("num_key_value_heads", "num_attention_groups") ?? nested ?? heads
        guard let dimension = try optional("head_dim") else {
            guard hidden % heads == 0 else {
                throw InvalidInput(
                    field: "head_dim",
                    rule: "is missing, and hidden_size is not a multiple of num_attention_heads to tell it from")
            }
            return .groupedQuery(.init(queryHeads: heads, keyValueHeads: keyValueHeads, keyDimension: hidden / heads))
        }
        return .groupedQuery(.init(queryHeads: heads, keyValueHeads: keyValueHeads, keyDimension: dimension))
    }

    private func spans(layers: Int) throws(InvalidInput) -> [AttentionSpan] {
        if let tokens = try optional("index_topk") {
            let dimension = try required("index_head_dim")
            let span = AttentionSpan.sparse(
                tokens: tokens,
                index: .init(
                    heads: try required("index_n_heads"), dimension: dimension, bytesRead: Double(dimension),
                    bytesKept: Double(dimension), projections: .lowRank))
            return Array(repeating: span, count: layers)
        }
        if let types = root["layer_types"], types.kind == .array {
            return try spans(layers: layers, types: types)
        }
        if let chunk = try optional("attention_chunk_size"), chunk > 0 {
            // Llama 4: every fourth layer has no rotary embedding and attends to everything.
            let every = try optional("no_rope_layer_interval") ?? 4
            let plain = root["no_rope_layers"]?.numbers.flatMap { $0.count == layers ? $0 : nil }
            return (0..<layers).map { index in
                let isFull = plain.map { $0[index] == 0 } ?? (every > 0 && (index + 1) % every == 0)
                return isFull ? .full : .window(tokens: chunk)
            }
        }
        guard let window = try optional("sliding_window"), window > 0, root["use_sliding_window"]?.bool != false else {
            return Array(repeating: .full, count: layers)
        }
        if let pattern = try optional("sliding_window_pattern"), pattern > 0 {
            return (0..<layers).map { ($0 + 1) % pattern == 0 ? .full : .window(tokens: window) }
        }
        if type == "gpt_oss" { return (0..<layers).map { $0 % 2 == 0 ? .window(tokens: window) : .full } }
        return Array(repeating: .window(tokens: window), count: layers)
    }

    private func spans(layers: Int, types: JSONValue) throws(InvalidInput) -> [AttentionSpan] {
        guard types.count == layers else {
            throw InvalidInput(field: "layer_types", rule: "must have as many elements as num_hidden_layers")
        }
        var spans: [AttentionSpan] = []
        for (index, element) in types.elements.enumerated() {
            switch element.string {
            case "full_attention": spans.append(.full)
            case "sliding_attention": spans.append(.window(tokens: try required("sliding_window")))
            case "chunked_attention": spans.append(.window(tokens: try required("attention_chunk_size")))
            default:
                throw InvalidInput(
                    field: "layer_types.\(index)",
                    rule: "must be full_attention, sliding_attention or chunked_attention; other kinds are not modelled"
                )
            }
        }
        return spans
    }
}

// MARK: Feed-forward

extension ModelConfiguration {
    private func networks(layers: Int) throws(InvalidInput) -> [FeedForward] {
        let ffn = root["ffn_config"]
        let nested = try optional("moe_num_experts", in: ffn ?? root)
        let experts = try optional("n_routed_experts", "num_experts", "num_local_experts", "moe_num_experts") ?? nested
        guard let experts, experts > 1 else {
            let network = FeedForward.Network(intermediate: try required("intermediate_size"))
            return Array(repeating: .dense(network), count: layers)
        }
        let mixture = FeedForward.mixture(try self.mixture(experts: experts, ffn: ffn))
        let sparse = try sparseLayers(layers)
        guard sparse.contains(false) else { return Array(repeating: mixture, count: layers) }
        let dense = FeedForward.dense(.init(intermediate: try required("intermediate_size_mlp", "intermediate_size")))
        return sparse.map { $0 ? mixture : dense }
    }

    private func mixture(experts: Int, ffn: JSONValue?) throws(InvalidInput) -> FeedForward.Mixture {
        let active: Int
        let intermediate: Int
        if let ffn, ffn.kind == .object {
            active = try required("moe_top_k", in: ffn)
            intermediate = try required("ffn_hidden_size", in: ffn)
        } else {
            active = try required("num_experts_per_tok", "moe_top_k", "experts_per_token", "moe_topk")
            intermediate = try required("moe_intermediate_size", "intermediate_size")
        }
        var shared =
            try optional("shared_expert_intermediate_size", "share_expert_dim", "shared_intermediate_size") ?? 0
        if shared == 0, let count = try optional("n_shared_experts", "num_shared_experts"), count > 0 {
            try InvalidInput.check(count, in: 1...1000, field: "n_shared_experts")
            try InvalidInput.check(intermediate, in: 1...10_000_000, field: "moe_intermediate_size")
            shared = count * intermediate
        }
        // Llama 4 has one shared expert without saying so.
        if shared == 0, type.hasPrefix("llama4") { shared = intermediate }
        return .init(experts: experts, active: active, intermediate: intermediate, sharedIntermediate: shared)
    }

    /// Which layers hold a mixture.
    private func sparseLayers(_ layers: Int) throws(InvalidInput) -> [Bool] {
        if let list = root["moe_layers_enum"]?.string {
            let indices = Set(list.split(separator: ",").compactMap { Int($0) })
            return (0..<layers).map { indices.contains($0) }
        }
        if let list = root["moe_layers"]?.numbers {
            let indices = Set(list)
            return (0..<layers).map { indices.contains(Double($0)) }
        }
        let first = try optional("first_k_dense_replace") ?? 0
        let step = max(1, try optional("decoder_sparse_step", "interleave_moe_layer_step") ?? 1)
        let dense = Set(root["mlp_only_layers"]?.numbers ?? [])
        let listed = root["moe_layer_freq"]?.numbers
        if let listed, listed.count != layers {
            throw InvalidInput(field: "moe_layer_freq", rule: "must have as many elements as num_hidden_layers")
        }
        return (0..<layers).map { index in
            if let listed { return listed[index] != 0 }
            return index >= first && (index + 1) % step == 0 && !dense.contains(Double(index))
        }
    }
}
