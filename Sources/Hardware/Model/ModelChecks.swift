import Text

// The ranges of sizes, by their usual names in a configuration. They keep products of sizes far from overflow.

private let width = 1...1_000_000
private let heads = 1...100_000
private let tokens = 1...1_000_000_000

extension Attention {
    func check() throws(InvalidInput) {
        try mechanism.check()
        switch span {
        case .full, .state: break
        case .window(let count): try InvalidInput.check(count, in: tokens, field: "sliding_window")
        case .chunk(let count): try InvalidInput.check(count, in: tokens, field: "attention_chunk_size")
        case .sparse(let count, let index):
            try InvalidInput.check(count, in: tokens, field: "index_topk")
            try index.check()
        case .compressed(let compressed):
            try InvalidInput.check(compressed.window, in: tokens, field: "sliding_window")
            try InvalidInput.check(compressed.ratio, in: 0...1_000_000, field: "compress_ratios")
            if let entries = compressed.entries {
                try InvalidInput.check(entries, in: tokens, field: "index_topk")
            }
            try compressed.index?.check()
        }
    }
}

extension AttentionSpan.Index {
    fileprivate func check() throws(InvalidInput) {
        try InvalidInput.check(heads, in: 1...100_000, field: "index_n_heads")
        try InvalidInput.check(dimension, in: width, field: "index_head_dim")
    }
}

extension AttentionMechanism {
    fileprivate func check() throws(InvalidInput) {
        switch self {
        case .groupedQuery(let grouped):
            try InvalidInput.check(grouped.queryHeads, in: heads, field: "num_attention_heads")
            try InvalidInput.check(grouped.keyValueHeads, in: 1...grouped.queryHeads, field: "num_key_value_heads")
            try InvalidInput.check(grouped.keyDimension, in: width, field: "head_dim")
            try InvalidInput.check(grouped.valueDimension, in: width, field: "v_head_dim")
        case .latent(let latent):
            try InvalidInput.check(latent.queryHeads, in: heads, field: "num_attention_heads")
            try InvalidInput.check(latent.latentRank, in: width, field: "kv_lora_rank")
            if let rank = latent.queryRank { try InvalidInput.check(rank, in: width, field: "q_lora_rank") }
            try InvalidInput.check(latent.rotaryDimension, in: 0...1_000_000, field: "qk_rope_head_dim")
            try InvalidInput.check(latent.plainDimension, in: width, field: "qk_nope_head_dim")
            try InvalidInput.check(latent.valueDimension, in: width, field: "v_head_dim")
        case .factorised(let count, let dimension, let rank):
            try InvalidInput.check(count, in: heads, field: "num_attention_heads")
            try InvalidInput.check(dimension, in: width, field: "head_dim")
            try InvalidInput.check(rank, in: width, field: "share_q_dim")
        case .sharedEntry(let shared):
            try InvalidInput.check(shared.queryHeads, in: heads, field: "num_attention_heads")
            try InvalidInput.check(shared.dimension, in: width, field: "head_dim")
            try InvalidInput.check(shared.queryRank, in: width, field: "q_lora_rank")
            try InvalidInput.check(shared.outputRank, in: width, field: "o_lora_rank")
            try InvalidInput.check(shared.outputGroups, in: 1...shared.queryHeads, field: "o_groups")
        case .recurrent(let layer):
            try InvalidInput.check(layer.heads, in: heads, field: "linear_num_value_heads")
            try InvalidInput.check(layer.state.elements, in: 0...1_000_000_000_000, field: "state")
            try InvalidInput.check(layer.state.convolutionElements, in: 0...1_000_000_000_000, field: "conv_kernel")
        }
    }
}

extension FeedForward {
    func check() throws(InvalidInput) {
        switch self {
        case .dense(let network): try network.check("intermediate_size")
        case .mixture(let mixture):
            try InvalidInput.check(mixture.experts, in: 1...100_000, field: "num_experts")
            try InvalidInput.check(mixture.active, in: 1...mixture.experts, field: "num_experts_per_tok")
            try InvalidInput.check(mixture.routes, in: mixture.experts...1_000_000, field: "zero_expert_num")
            try mixture.expert.check("moe_intermediate_size")
            try mixture.shared?.check("shared_expert_intermediate_size")
            try mixture.beside?.check("intermediate_size")
            if let latent = mixture.latent { try InvalidInput.check(latent, in: width, field: "moe_latent_size") }
        }
    }
}

extension FeedForward.Network {
    fileprivate func check(_ field: String) throws(InvalidInput) {
        try InvalidInput.check(intermediate, in: 1...10_000_000, field: field)
    }
}
