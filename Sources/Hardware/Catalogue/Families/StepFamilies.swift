import Text

/// Step-3 (factorised attention), Step-3.5 and 3.7 (grouped-query with more heads in the layers that slide).
enum StepFamilies {
    static let all: [Family] = [
        Family("step3", types: ["step3_text", "step3_vl"], architectures: ["Step3TextForCausalLM"]) {
            body throws(InvalidInput) in
            let layers = try body.layerCount()
            let heads = try body.queryHeads()
            guard try body.integer("num_attention_groups", "num_key_value_heads") ?? 1 == 1 else {
                throw body.fault("num_attention_groups", "must be 1: others are not modelled for this family")
            }
            let mechanism = AttentionMechanism.factorised(
                queryHeads: heads, headDimension: try body.required("head_dim"),
                queryRank: try body.required("share_q_dim"))
            let networks = try body.feedForwards(
                layers: layers, mixture: try body.mixture(),
                dense: { () throws(InvalidInput) in try body.dense("intermediate_size") })
            body.ignore("layer_types")
            return Architecture(
                layers: networks.map { .init(attention: Attention(mechanism), feedForward: $0) })
        },
        Family(
            "step3p5", types: ["step3p7"], architectures: ["Step3p5ForCausalLM", "Step3p7FlashForCausalLM"],
            read: flash),
    ]

    private static func flash(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        let layers = try body.layerCount()
        // The modelling code has a gate on each head unless the body says otherwise.
        let gate: AttentionMechanism.GroupedQuery.Gate =
            try body.flag("use_head_wise_attn_gate") == false ? .none : .head
        let full = try body.groupedQuery(gate: gate)
        let spans = try body.spans(layers: layers)
        var sliding = full
        if let other = try body.object("attention_other_setting") {
            guard try other.text("attention_type") ?? "sliding_attention" == "sliding_attention" else {
                throw other.fault("attention_type", "must be sliding_attention")
            }
            sliding.queryHeads = try other.required("num_attention_heads")
            sliding.keyValueHeads = try other.required("num_attention_groups")
            sliding.keyDimension = try other.integer("head_dim") ?? full.keyDimension
            sliding.valueDimension = sliding.keyDimension
            other.ignore("true_head_dim")
        } else if let heads = try body.integer("num_sliding_attention_heads") {
            sliding.queryHeads = heads
        } else if spans.contains(where: { $0 != .full }) {
            throw body.fault(
                "attention_other_setting",
                "is missing: it says how many heads the sliding layers have, which differ from num_attention_heads")
        }
        let networks = try body.feedForwards(
            layers: layers, mixture: try body.mixture(),
            dense: { () throws(InvalidInput) in try body.dense("intermediate_size") },
            sparse: (0..<layers).map { $0 >= 3 })
        return Architecture(
            layers: zip(spans, networks).map { span, network in
                .init(
                    attention: Attention(.groupedQuery(span == .full ? full : sliding), span: span),
                    feedForward: network)
            })
    }
}
