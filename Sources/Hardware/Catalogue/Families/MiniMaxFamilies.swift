import Text

/// MiniMax: Text-01 and M1 (lightning attention), M2 (grouped-query), M3 (block-sparse).
enum MiniMaxFamilies {
    static let all: [Family] = [
        Family(
            "minimax", types: ["minimax_m1", "minimax_text_01", "MiniMaxText01", "MiniMaxM1"],
            architectures: ["MiniMaxM1ForCausalLM", "MiniMaxText01ForCausalLM", "MiniMaxForCausalLM"],
            read: lightning),
        Family("minimax_m2", architectures: ["MiniMaxM2ForCausalLM"]) { body throws(InvalidInput) in
            let layers = try body.layerCount()
            if let types = try body.integers("attn_type_list"), types.contains(where: { $0 != 1 }) {
                throw body.fault("attn_type_list", "has linear attention, which is not modelled for this family")
            }
            let mechanism = AttentionMechanism.groupedQuery(try body.groupedQuery())
            let spans = try body.spans(layers: layers)
            guard let mixture = try body.mixture() else { throw body.fault("num_local_experts", "must be more than 1") }
            return Architecture(
                layers: spans.map {
                    .init(attention: Attention(mechanism, span: $0), feedForward: .mixture(mixture))
                })
        },
        Family(
            "minimax_m3", types: ["minimax_m3_vl", "minimax_m3_vl_text"],
            architectures: ["MiniMaxM3ForCausalLM", "MiniMaxM3SparseForCausalLM"], read: blockSparse),
    ]

    /// Zeros of `attn_type_list` are lightning attention: queries, keys, values, a gate and the output of one width.
    private static func lightning(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let grouped = try body.groupedQuery()
        let types: [LayerType]
        if let list = try body.perLayer("attn_type_list", try body.integers("attn_type_list"), layers: layers) {
            guard list.allSatisfy({ $0 == 0 || $0 == 1 }) else {
                throw body.fault("attn_type_list", "must be a list of 0 and 1")
            }
            types = list.map { $0 == 1 ? .full : .linear }
            body.ignore("layer_types")
        } else if let list = try body.layerTypes(layers: layers) {
            types = list
        } else {
            throw body.fault("attn_type_list", "is missing from the model's configuration")
        }
        let width = grouped.queryHeads * grouped.keyDimension
        let recurrent = RecurrentAttention(
            kind: .lightning, heads: grouped.queryHeads,
            state: .init(elements: width * grouped.keyDimension),
            parameters: 5 * Double(try body.hiddenSize()) * Double(width))
        guard let mixture = try body.mixture() else { throw body.fault("num_local_experts", "must be more than 1") }
        body.ignore("shared_moe_mode", "block_size", "sliding_window")
        var list: [ModelDescription.Layers] = []
        for type in types {
            let attention: Attention
            switch type {
            case .full: attention = Attention(.groupedQuery(grouped))
            case .linear: attention = Attention(.recurrent(recurrent), span: .state)
            case .sliding, .chunked:
                throw body.fault("layer_types", "has windows, which are not modelled for this family")
            }
            list.append(.init(attention: attention, feedForward: .mixture(mixture)))
        }
        return Architecture(layers: list)
    }

    /// Layers that pick the best blocks of tokens by an index of every token; the first few attend to all.
    private static func blockSparse(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let mechanism = AttentionMechanism.groupedQuery(
            try body.groupedQuery(gate: try body.flag("attention_output_gate") == true ? .element : .none))
        let spans = try blockSparseSpans(body, layers: layers)
        let networks = try body.feedForwards(
            layers: layers, mixture: try body.mixture(sharedCount: 1, sharedSizeIsOfAll: false),
            dense: { () throws(InvalidInput) in try body.dense("dense_intermediate_size") })
        body.ignore("intermediate_size", "dense_intermediate_size")
        return Architecture(
            layers: zip(spans, networks).map { .init(attention: Attention(mechanism, span: $0), feedForward: $1) })
    }

    private static func blockSparseSpans(
        _ body: ConfigurationBody, layers: Int
    ) throws(InvalidInput) -> [AttentionSpan] {
        let names = try body.perLayer("layer_types", try body.texts("layer_types"), layers: layers)
        let nested = try body.object("sparse_attention_config")
        if try nested?.flag("use_sparse_attention") == false {
            nested?.ignoreAll()
            return Array(repeating: .full, count: layers)
        }
        let frequency = try nested?.integers("sparse_attention_freq")
        let listed = try body.perLayer("sparse_attention_config", frequency, layers: layers)
        guard let flags = listed?.map({ $0 != 0 }) ?? names?.map({ $0 == "minimax_m3_sparse" }) else {
            throw body.fault("sparse_attention_config", "is missing from the model's configuration")
        }
        let source = nested ?? body
        let blocks = try source.required("sparse_topk_blocks", "index_topk_blocks")
        let block = try source.required("sparse_block_size", "index_block_size")
        try InvalidInput.check(blocks, in: 1...1_000_000, field: source.path + "sparse_topk_blocks")
        try InvalidInput.check(block, in: 1...1_000_000, field: source.path + "sparse_block_size")
        let dimension = try source.required("sparse_index_dim", "index_head_dim")
        source.ignore(
            "sparse_disable_index_value", "sparse_score_type", "sparse_init_block", "sparse_local_block",
            "index_local_blocks")
        let index = AttentionSpan.Index(
            heads: try source.required("sparse_num_index_heads", "index_n_heads"), dimension: dimension,
            bytesRead: Double(dimension), bytesKept: Double(dimension), projections: .direct)
        let tokens = min(blocks * block, 1_000_000_000)
        return flags.map { $0 ? .sparse(tokens: tokens, index: index) : .full }
    }
}
