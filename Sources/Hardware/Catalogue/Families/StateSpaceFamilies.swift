import Text

/// Jamba (Mamba), Granite 4 and Bamba (Mamba-2), LFM2 (short convolutions).
enum StateSpaceFamilies {
    static let all: [Family] = [
        Family("jamba", architectures: ["JambaForCausalLM"], read: jamba),
        Family("granitemoehybrid", architectures: ["GraniteMoeHybridForCausalLM"], read: granite),
        Family("lfm2", types: ["lfm2_moe"], architectures: ["Lfm2ForCausalLM", "Lfm2MoeForCausalLM"], read: lfm2),
    ]

    private static func jamba(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let attends = try periodic(body, "attn_layer_period", "attn_layer_offset", layers: layers)
        let attention = Attention(.groupedQuery(try body.groupedQuery()))
        let mamba = Attention(.recurrent(try mamba(body)), span: .state)
        let window = try body.integer("sliding_window") ?? 0
        guard window == 0 else { throw body.fault("sliding_window", "is not modelled for this family") }
        let mixture = try body.mixture()
        let sparse =
            mixture == nil
            ? nil : try periodic(body, "expert_layer_period", "expert_layer_offset", layers: layers)
        body.ignore("expert_layer_period", "expert_layer_offset")
        let dense = try body.dense("intermediate_size")
        return Architecture(
            layers: (0..<layers).map { index in
                let isSparse = sparse?[index] ?? false
                return .init(
                    attention: attends[index] ? attention : mamba,
                    feedForward: isSparse ? mixture.map { .mixture($0) } : dense)
            })
    }

    private static func periodic(
        _ body: ConfigurationBody, _ period: StaticString, _ offset: StaticString, layers: Int
    ) throws(InvalidInput) -> [Bool] {
        let every = try body.required(period)
        let first = try body.required(offset)
        guard every > 0, first < every else { throw body.fault(period, "must be more than \(offset)") }
        return (0..<layers).map { $0 % every == first }
    }

    /// Selective scan (arXiv 2312.00752): a state of `mamba_d_state` for each channel.
    private static func mamba(_ body: ConfigurationBody) throws(InvalidInput) -> RecurrentAttention {
        let hidden = try body.hiddenSize()
        let expand = try body.required("mamba_expand")
        let state = try body.required("mamba_d_state")
        let kernel = try body.required("mamba_d_conv")
        let rank = body.given("mamba_dt_rank")?.integer ?? (hidden + 15) / 16
        for size in [expand, state, kernel, rank] {
            try InvalidInput.check(size, in: 1...100_000, field: body.path + "mamba_d_state")
        }
        let inner = expand * hidden
        let width = Double(inner)
        let h = Double(hidden)
        let scan = width * Double(rank + 2 * state) + Double(rank) * width + width * Double(state)
        return RecurrentAttention(
            kind: .mamba, heads: 1, state: .init(elements: inner * state, convolutionElements: inner * (kernel - 1)),
            parameters: 3 * h * width + width * Double(kernel) + scan)
    }

    /// A shared expert of its own size in each layer; dense layers are that alone.
    private static func granite(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        guard let names = try body.texts("layer_types", "layers_block_type"), names.count == layers else {
            throw body.fault("layer_types", "must have as many elements as the model has layers, \(layers)")
        }
        body.ignore("layers_block_type", "intermediate_size")
        let attention = Attention(.groupedQuery(try body.groupedQuery()))
        let mamba = Attention(.recurrent(try Mamba2(granite: body).layer()), span: .state)
        let network: FeedForward
        if let mixture = try body.mixture() {
            network = .mixture(mixture)
        } else {
            body.ignoreMixture()
            network = .dense(.init(intermediate: try body.required("shared_intermediate_size")))
        }
        var list: [ModelDescription.Layers] = []
        for name in names {
            switch name {
            case "mamba", "linear_attention": list.append(.init(attention: mamba, feedForward: network))
            case "attention", "full_attention": list.append(.init(attention: attention, feedForward: network))
            default: throw body.fault("layer_types", "must be a list of mamba and attention")
            }
        }
        return Architecture(layers: list)
    }

    private static func lfm2(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let hidden = try body.hiddenSize()
        let attention = Attention(.groupedQuery(try body.groupedQuery()))
        let kernel = try body.required("conv_L_cache")
        try InvalidInput.check(kernel, in: 1...100_000, field: body.path + "conv_L_cache")
        body.ignore("conv_dim", "conv_dim_out", "block_auto_adjust_ff_dim", "block_ff_dim", "block_dim")
        let convolution = Attention(
            .recurrent(
                RecurrentAttention(
                    kind: .convolution, heads: 1,
                    state: .init(elements: 0, convolutionElements: hidden * (kernel - 1)),
                    parameters: 4 * Double(hidden) * Double(hidden) + Double(hidden) * Double(kernel))), span: .state)
        guard let names = try body.texts("layer_types"), names.count == layers else {
            throw body.fault("layer_types", "must have as many elements as the model has layers, \(layers)")
        }
        let networks = try body.feedForwards(
            layers: layers, mixture: try body.mixture(),
            dense: { () throws(InvalidInput) in
                guard try body.flag("block_auto_adjust_ff_dim") != true else {
                    throw body.fault(
                        "block_auto_adjust_ff_dim", "gives networks of another size, which is not modelled")
                }
                return try body.dense("intermediate_size")
            })
        var list: [ModelDescription.Layers] = []
        for (name, network) in zip(names, networks) {
            switch name {
            case "conv": list.append(.init(attention: convolution, feedForward: network))
            case "full_attention": list.append(.init(attention: attention, feedForward: network))
            default: throw body.fault("layer_types", "must be a list of conv and full_attention")
            }
        }
        return Architecture(layers: list, tiesEmbeddings: try body.flag("tie_embedding") ?? true)
    }
}
