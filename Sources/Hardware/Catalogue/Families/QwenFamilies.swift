import Text

/// Qwen 2 to 3.6, with Next and VL.
enum QwenFamilies {
    static let all: [Family] = [
        Family(
            "qwen2",
            types: [
                "qwen3", "qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text", "qwen3_vl", "qwen3_vl_text",
                "mimo",
            ],
            architectures: ["Qwen2ForCausalLM", "Qwen3ForCausalLM", "MiMoForCausalLM"]
        ) { body throws(InvalidInput) in
            let spans = try Self.spans(body, layers: try body.layerCount())
            return try LlamaFamilies.grouped(body, spans: spans)
        },
        Family(
            "qwen2_moe", types: ["qwen3_moe", "qwen3_vl_moe", "qwen3_vl_moe_text"],
            architectures: ["Qwen2MoeForCausalLM", "Qwen3MoeForCausalLM"], read: mixture),
        Family(
            "qwen3_next",
            types: [
                "qwen3_5", "qwen3_5_text", "qwen3_5_moe", "qwen3_5_moe_text",
            ],
            architectures: ["Qwen3NextForCausalLM", "Qwen3_5ForCausalLM", "Qwen3_5MoeForCausalLM"], read: hybrid),
    ]

    /// Layers from `max_window_layers` on slide, where windows are switched on at all.
    private static func spans(_ body: ConfigurationBody, layers: Int) throws(InvalidInput) -> [AttentionSpan] {
        let first = try body.integer("max_window_layers")
        return try body.spans(layers: layers, windowIsOn: false, slides: first.map { first in { $0 >= first } })
    }

    private static func mixture(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let mechanism = AttentionMechanism.groupedQuery(try body.groupedQuery())
        let networks = try body.feedForwards(
            layers: layers, mixture: try body.mixture(),
            dense: { () throws(InvalidInput) in try body.dense("intermediate_size") })
        let spans = try spans(body, layers: layers)
        body.ignore("intermediate_size")
        return Architecture(
            layers: zip(spans, networks).map { .init(attention: Attention(mechanism, span: $0), feedForward: $1) })
    }

    /// Qwen3-Next and Qwen3.5: every nth layer attends with a gate on its output, the others follow the gated delta rule.
    private static func hybrid(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        let every = try body.integer("full_attention_interval") ?? 4
        guard every > 0 else { throw body.fault("full_attention_interval", "must be a whole number from 1") }
        let types =
            try body.layerTypes(layers: layers) ?? (0..<layers).map { ($0 + 1) % every == 0 ? .full : .linear }
        let isGated = try body.flag("attn_output_gate") ?? true
        let full = Attention(.groupedQuery(try body.groupedQuery(gate: isGated ? .element : .none)))
        let linear = Attention(.recurrent(try gatedDelta(body)), span: .state)
        let networks = try body.feedForwards(
            layers: layers, mixture: try body.mixture(),
            dense: { () throws(InvalidInput) in try body.dense("intermediate_size") })
        body.ignore("intermediate_size", "output_gate_type")
        var list: [ModelDescription.Layers] = []
        for (type, network) in zip(types, networks) {
            switch type {
            case .full: list.append(.init(attention: full, feedForward: network))
            case .linear: list.append(.init(attention: linear, feedForward: network))
            case .sliding, .chunked:
                throw body.fault("layer_types", "has windows, which are not modelled for this family")
            }
        }
        return Architecture(layers: list)
    }

    /// Queries and keys of some heads, values of more; one projection for all of them, their gates and the output's gate.
    private static func gatedDelta(_ body: ConfigurationBody) throws(InvalidInput) -> RecurrentAttention {
        let keyHeads = try body.required("linear_num_key_heads")
        let valueHeads = try body.required("linear_num_value_heads")
        let keySize = try body.required("linear_key_head_dim")
        let valueSize = try body.required("linear_value_head_dim")
        let kernel = try body.required("linear_conv_kernel_dim")
        for size in [keyHeads, valueHeads, keySize, valueSize, kernel] {
            try InvalidInput.check(size, in: 1...100_000, field: body.path + "linear_num_value_heads")
        }
        let keys = keyHeads * keySize
        let values = valueHeads * valueSize
        let convolved = 2 * keys + values
        let hidden = try body.hiddenSize()
        let input = Double(hidden) * Double(2 * keys + 2 * values + 2 * valueHeads)
        return RecurrentAttention(
            kind: .gatedDelta, heads: valueHeads,
            state: .init(
                elements: valueHeads * keySize * valueSize,
                elementBytes: try body.stateBytes("mamba_ssm_dtype"), convolutionElements: convolved * (kernel - 1)),
            parameters: input + Double(convolved) * Double(kernel) + Double(values) * Double(hidden))
    }
}
