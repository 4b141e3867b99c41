import Text

// The parts of layers that most families share, from the keys that most of them use.

extension ConfigurationBody {
    func hiddenSize() throws(InvalidInput) -> Int {
        let hidden = try required("hidden_size", "d_model", "n_embd")
        try InvalidInput.check(hidden, in: 1...1_000_000, field: path + "hidden_size")
        return hidden
    }

    func layerCount() throws(InvalidInput) -> Int {
        // Nemotron-H's newer bodies give the list of layers alone.
        let listed = value["layers_block_type"].map(\.count) ?? 0
        let count = try integer("num_hidden_layers", "n_layers", "n_layer", "num_layers")
        guard let count = count ?? (listed > 0 ? listed : nil) else {
            throw fault("num_hidden_layers", "is missing from the model's configuration")
        }
        try InvalidInput.check(count, in: 1...10_000, field: path + "num_hidden_layers")
        return count
    }

    func queryHeads() throws(InvalidInput) -> Int {
        let heads = try required("num_attention_heads", "n_heads", "n_head")
        try InvalidInput.check(heads, in: 1...100_000, field: path + "num_attention_heads")
        return heads
    }

    /// Grouped-query attention by the usual keys.
    func groupedQuery(
        gate: AttentionMechanism.GroupedQuery.Gate = .none, headDimension: Int? = nil
    ) throws(InvalidInput) -> AttentionMechanism.GroupedQuery {
        let heads = try queryHeads()
        let keyValueHeads = try integer("num_key_value_heads", "num_attention_groups") ?? heads
        return AttentionMechanism.GroupedQuery(
            queryHeads: heads, keyValueHeads: keyValueHeads,
            keyDimension: try self.headDimension(heads: heads, otherwise: headDimension),
            valueDimension: try integer("v_head_dim"), gate: gate)
    }

    func headDimension(heads: Int, otherwise: Int? = nil) throws(InvalidInput) -> Int {
        if let dimension = try integer("head_dim", "attention_head_dim", "kv_channels") ?? otherwise {
            return dimension
        }
        let hidden = try hiddenSize()
        guard hidden % heads == 0 else {
            throw fault(
                "head_dim", "is missing, and hidden_size is not a multiple of num_attention_heads to tell it from")
        }
        return hidden / heads
    }

    /// Multi-head latent attention by DeepSeek's keys.
    func latent(isGated: Bool = false) throws(InvalidInput) -> AttentionMechanism {
        ignore("num_key_value_heads", "head_dim", "qk_head_dim")
        return .latent(
            .init(
                queryHeads: try queryHeads(), latentRank: try required("kv_lora_rank"),
                queryRank: try integer("q_lora_rank"), rotaryDimension: try required("qk_rope_head_dim"),
                plainDimension: try required("qk_nope_head_dim"), valueDimension: try required("v_head_dim"),
                isGated: isGated))
    }

    /// Whether a network of this activation has a gate: those that are named for it, and those that the family says.
    func network(_ intermediate: Int) throws(InvalidInput) -> FeedForward.Network {
        let name = try text("hidden_act", "hidden_activation", "mlp_hidden_act") ?? "silu"
        let gated: Set<String> = ["silu", "swish", "swiglu", "swigluoai", "situ"]
        guard gated.contains(name) else {
            throw fault(
                "hidden_act", "is \"\(name)\", with which networks of some families have a gate and others none")
        }
        return .init(intermediate: intermediate)
    }

    /// One network of this size, with the gate that the family's code has.
    func dense(_ name: StaticString, isGated: Bool = true) throws(InvalidInput) -> FeedForward {
        .dense(.init(intermediate: try required(name), isGated: isGated))
    }

    /// The bytes of a recurrent state's elements by the key that says them; 4 where it does not.
    func stateBytes(_ name: StaticString) throws(InvalidInput) -> Int {
        switch try text(name) {
        case nil, "float32", "auto": 4
        case "bfloat16", "float16": 2
        case .some: throw fault(name, "must be float32, bfloat16 or float16")
        }
    }

    /// Marks the keys of a mixture that the layers do not have.
    func ignoreMixture() {
        ignore(
            "n_routed_experts", "num_experts", "num_local_experts", "num_experts_per_tok", "moe_intermediate_size",
            "n_shared_experts", "moe_shared_expert_intermediate_size", "moe_latent_size")
    }

    func expertCount() throws(InvalidInput) -> Int? {
        try integer("n_routed_experts", "num_experts", "num_local_experts", "moe_num_experts")
    }

    /// A mixture by the usual keys; `nil` where the body has no more than one expert.
    ///
    /// Shared experts stand as their number, each of the size of a routed one, or as the size of all of them.
    func mixture(
        isGated: Bool = true, sharedCount: Int? = nil, sharedSizeIsOfAll: Bool = true
    ) throws(InvalidInput) -> FeedForward.Mixture? {
        let experts = try expertCount()
        let active = try integer(
            "num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_top_k", "moe_topk", "moe_k",
            "top_k_experts")
        guard let experts, experts > 1 else {
            ignore("moe_intermediate_size", "n_shared_experts", "num_shared_experts")
            return nil
        }
        guard let active else { throw fault("num_experts_per_tok", "is missing from the model's configuration") }
        let width = try integer("moe_intermediate_size", "expert_intermediate_size", "moe_ffn_hidden_size")
        let intermediate = if let width { width } else { try required("intermediate_size") }
        try InvalidInput.check(intermediate, in: 1...10_000_000, field: path + "moe_intermediate_size")
        let latent = try integer("moe_latent_size", "routed_expert_hidden_size") ?? 0
        let shared = try sharedIntermediate(
            expert: intermediate, count: sharedCount, sizeIsOfAll: sharedSizeIsOfAll)
        return FeedForward.Mixture(
            experts: experts, active: active, expert: .init(intermediate: intermediate, isGated: isGated),
            latent: latent > 0 ? latent : nil,
            shared: shared > 0 ? .init(intermediate: shared, isGated: isGated) : nil)
    }

    private func sharedIntermediate(expert: Int, count: Int?, sizeIsOfAll: Bool) throws(InvalidInput) -> Int {
        let size = try integer(
            "shared_expert_intermediate_size", "share_expert_dim", "shared_intermediate_size",
            "moe_shared_expert_intermediate_size")
        let given = try integer("n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts")
        let count = given ?? count
        if let count { try InvalidInput.check(count, in: 0...1000, field: path + "n_shared_experts") }
        guard let size, size > 0 else { return (count ?? 0) * expert }
        if count == 0 { return 0 }
        try InvalidInput.check(size, in: 1...10_000_000, field: path + "shared_expert_intermediate_size")
        return sizeIsOfAll ? size : size * (count ?? 1)
    }
}
