import Text

/// Nemotron-H and Nemotron 3: each layer is one of Mamba-2, attention, a network or a mixture, by a pattern.
enum NemotronFamilies {
    static let all: [Family] = [
        Family("nemotron_h", architectures: ["NemotronHForCausalLM"], read: read)
    ]

    private enum Block { case mamba, attention, network, mixture }

    private static func read(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let blocks = try blocks(body)
        let count = try body.layerCount()
        guard blocks.count == count else {
            throw body.fault("num_hidden_layers", "must be the number of layers in the pattern, \(blocks.count)")
        }
        body.ignore(
            "mtp_hybrid_override_pattern", "mtp_layers_block_type", "moe_shared_expert_overlap", "expand", "chunk_size")
        let attention = Attention(.groupedQuery(try body.groupedQuery()))
        let window = try body.integer("sliding_window") ?? 0
        guard window == 0 else { throw body.fault("sliding_window", "is not modelled for this family") }
        let mamba =
            blocks.contains(.mamba) ? Attention(.recurrent(try Mamba2(nemotron: body).layer()), span: .state) : nil
        let gated = try body.text("mlp_hidden_act") == "silu"
        var mixture: FeedForward?
        if blocks.contains(.mixture) {
            guard let read = try body.mixture(isGated: gated) else {
                throw body.fault("n_routed_experts", "must be more than 1")
            }
            mixture = .mixture(read)
        } else {
            body.ignoreMixture()
        }
        let network: FeedForward? =
            blocks.contains(.network) ? try body.dense("intermediate_size", isGated: gated) : nil
        body.ignore("intermediate_size")
        return Architecture(
            layers: blocks.map { block in
                switch block {
                case .mamba: .init(attention: mamba, feedForward: nil)
                case .attention: .init(attention: attention, feedForward: nil)
                case .network: .init(attention: nil, feedForward: network)
                case .mixture: .init(attention: nil, feedForward: mixture)
                }
            })
    }

    /// `M`, `*`, `-` and `E` of the pattern, or their names in newer bodies.
    private static func blocks(_ body: ConfigurationBody) throws(InvalidInput) -> [Block] {
        if let names = try body.texts("layers_block_type", "layer_types") {
            body.ignore("hybrid_override_pattern")
            var list: [Block] = []
            for name in names {
                switch name {
                case "mamba", "linear_attention": list.append(.mamba)
                case "attention", "full_attention": list.append(.attention)
                case "mlp": list.append(.network)
                case "moe": list.append(.mixture)
                default: throw body.fault("layers_block_type", "must be a list of mamba, attention, mlp and moe")
                }
            }
            return list
        }
        guard let pattern = try body.text("hybrid_override_pattern") else {
            throw body.fault("hybrid_override_pattern", "is missing from the model's configuration")
        }
        var list: [Block] = []
        for letter in pattern.utf8 {
            switch letter {
            case UInt8(ascii: "M"): list.append(.mamba)
            case UInt8(ascii: "*"): list.append(.attention)
            case UInt8(ascii: "-"): list.append(.network)
            case UInt8(ascii: "E"): list.append(.mixture)
            default: throw body.fault("hybrid_override_pattern", "must be made of M, *, - and E")
            }
        }
        return list
    }
}

/// The sizes of a Mamba-2 layer (arXiv 2405.21060), under the names that each family has for them.
struct Mamba2 {
    let hidden: Int
    let heads: Int
    let headSize: Int
    let groups: Int
    let state: Int
    let kernel: Int
    let stateBytes: Int

    init(nemotron body: ConfigurationBody) throws(InvalidInput) {
        hidden = try body.hiddenSize()
        heads = try body.required("mamba_num_heads")
        headSize = try body.required("mamba_head_dim")
        groups = try body.required("n_groups", "mamba_n_groups")
        state = try body.required("ssm_state_size", "mamba_d_state")
        kernel = try body.required("conv_kernel", "mamba_d_conv")
        stateBytes = try body.stateBytes("mamba_ssm_cache_dtype")
        try check(body)
    }

    init(granite body: ConfigurationBody) throws(InvalidInput) {
        hidden = try body.hiddenSize()
        heads = try body.required("mamba_n_heads")
        let expanded = try body.integer("mamba_expand") ?? 2
        try InvalidInput.check(expanded, in: 1...64, field: body.path + "mamba_expand")
        if let size = body.given("mamba_d_head")?.integer {
            headSize = size
        } else {
            guard heads > 0, expanded * hidden % heads == 0 else {
                throw body.fault("mamba_n_heads", "must divide mamba_expand times hidden_size")
            }
            headSize = expanded * hidden / heads
        }
        groups = try body.required("mamba_n_groups")
        state = try body.required("mamba_d_state")
        kernel = try body.required("mamba_d_conv")
        stateBytes = try body.stateBytes("mamba_ssm_cache_dtype")
        body.ignore("mamba_chunk_size")
        try check(body)
    }

    private func check(_ body: ConfigurationBody) throws(InvalidInput) {
        for size in [heads, headSize, groups, state, kernel] {
            try InvalidInput.check(size, in: 1...100_000, field: body.path + "mamba_num_heads")
        }
    }

    func layer() -> RecurrentAttention {
        let inner = heads * headSize
        let convolved = inner + 2 * groups * state
        let h = Double(hidden)
        return RecurrentAttention(
            kind: .mamba2, heads: heads,
            state: .init(
                elements: inner * state, elementBytes: stateBytes, convolutionElements: convolved * (kernel - 1)),
            parameters: h * Double(inner + convolved + heads) + Double(convolved) * Double(kernel) + Double(inner) * h)
    }
}
