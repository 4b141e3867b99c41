import Text

/// Ling and Ring: grouped-query with a mixture, and the hybrids with Kimi delta attention.
enum LingFamilies {
    static let all: [Family] = [
        Family(
            "bailing_moe", types: ["bailing_moe_v2"],
            architectures: ["BailingMoeForCausalLM", "BailingMoeV2ForCausalLM"]
        ) { body throws(InvalidInput) in
            try MixtureFamilies.read(body)
        },
        Family(
            "bailing_hybrid", types: ["bailing_moe_v3"],
            architectures: ["BailingHybridForCausalLM", "BailingMoeV3ForCausalLM"], read: hybrid),
    ]

    /// Every nth layer has latent attention with a gate on each head, the others Kimi delta attention of full rank.
    private static func hybrid(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let heads = try body.queryHeads()
        let hidden = try body.hiddenSize()
        // Bodies that transformers writes keep head_dim for the rotary part and say the linear layers' sizes apart.
        let linearSize = try body.integer("linear_head_dim")
        let size = if let linearSize { linearSize } else { try body.required("head_dim") }
        let linearHeads = try body.integer("linear_num_heads") ?? heads
        guard let kernel = try body.integer("short_conv_kernel_size", "linear_conv_kernel_dim") else {
            // Ling and Ring 2.5 share the word with the later hybrids.
            throw body.fault(
                "model_type",
                "is that of lightning attention where no short_conv_kernel_size is given, and that is not modelled")
        }
        let group = try body.required("layer_group_size")
        for number in [size, kernel, group, linearHeads] {
            try InvalidInput.check(number, in: 1...100_000, field: body.path + "layer_group_size")
        }
        let types =
            try body.layerTypes(layers: layers) ?? (0..<layers).map { ($0 + 1) % group == 0 ? .full : .linear }
        body.ignore(
            "kda_safe_gate", "kda_lower_bound", "head_dim", "group_norm_size")
        let width = linearHeads * size
        let h = Double(hidden)
        let delta = RecurrentAttention(
            kind: .kimiDelta, heads: linearHeads,
            state: .init(elements: width * size, convolutionElements: 3 * width * (kernel - 1)),
            parameters: 6 * h * Double(width) + 3 * Double(width) * Double(kernel) + h * Double(linearHeads))
        let latent = Attention(try body.latent())
        let networks = try DeepSeekFamilies.networks(body, layers: layers)
        var list: [ModelDescription.Layers] = []
        var full = 0
        for (type, network) in zip(types, networks) {
            switch type {
            case .full:
                full += 1
                list.append(.init(attention: latent, feedForward: network))
            case .linear:
                list.append(.init(attention: Attention(.recurrent(delta), span: .state), feedForward: network))
            case .sliding, .chunked:
                throw body.fault("layer_types", "has windows, which are not modelled for this family")
            }
        }
        return Architecture(layers: list, otherParameters: Double(full) * h * Double(heads))
    }
}
