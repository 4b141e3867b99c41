import Text

/// Kimi Linear and Kimi K3: Kimi delta attention in most layers, latent attention in the others.
enum KimiFamilies {
    static let all: [Family] = [
        Family("kimi_linear", types: ["kimi_k3"], architectures: ["KimiLinearForCausalLM"], read: read)
    ]

    private static func read(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let full = Attention(try body.latent(isGated: try body.flag("mla_use_output_gate") ?? false))
        guard let linear = try body.object("linear_attn_config") else {
            throw body.fault("linear_attn_config", "is missing from the model's configuration")
        }
        let attends = try fullLayers(linear, layers: layers)
        let delta = Attention(.recurrent(try kimiDelta(linear, hidden: try body.hiddenSize())), span: .state)
        let networks = try DeepSeekFamilies.networks(body, layers: layers)
        body.ignore("layer_types", "attn_res_block_size", "latent_moe_use_norm", "mla_use_nope")
        return Architecture(
            layers: zip(attends, networks).map { .init(attention: $0 ? full : delta, feedForward: $1) })
    }

    /// Layers are numbered from 1; each must stand in one of the two lists.
    private static func fullLayers(_ linear: ConfigurationBody, layers: Int) throws(InvalidInput) -> [Bool] {
        guard let full = try linear.integers("full_attn_layers") else {
            throw linear.fault("full_attn_layers", "is missing from the model's configuration")
        }
        if let delta = try linear.integers("kda_layers"), Set(full).union(delta) != Set(1...layers) {
            throw linear.fault("kda_layers", "and full_attn_layers must name each of the \(layers) layers once")
        }
        let set = Set(full)
        return (1...layers).map { set.contains($0) }
    }

    /// Queries, keys, values and their convolutions; a forget gate of low rank for each channel; an output gate of low rank,
    /// or of the full one.
    static func kimiDelta(_ linear: ConfigurationBody, hidden: Int) throws(InvalidInput) -> RecurrentAttention {
        let heads = try linear.required("num_heads")
        let size = try linear.required("head_dim")
        let kernel = try linear.required("short_conv_kernel_size")
        for number in [heads, size, kernel] {
            try InvalidInput.check(number, in: 1...100_000, field: linear.path + "num_heads")
        }
        linear.ignore("gate_lower_bound")
        let h = Double(hidden)
        let width = heads * size
        let lowRank = Double(size) * (h + Double(width))
        let gate = try linear.flag("use_full_rank_gate") == true ? h * Double(width) : lowRank
        return RecurrentAttention(
            kind: .kimiDelta, heads: heads,
            state: .init(elements: heads * size * size, convolutionElements: 3 * width * (kernel - 1)),
            parameters: 4 * h * Double(width) + 3 * Double(width) * Double(kernel) + h * Double(heads) + lowRank + gate)
    }
}
