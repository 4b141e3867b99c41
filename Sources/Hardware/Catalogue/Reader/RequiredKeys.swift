import JSON
import Text

/// Keys without which a body of a family cannot be read: the family's code has a default of its own for them, which differs
/// between its models and versions, so that a guess would be wrong in silence. A null is an answer.
///
/// The classes of transformers 5.24 were compared: a key stands here where its default is not what the rules of this
/// reader make of its absence.
enum RequiredKeys {
    /// - Throws: `InvalidInput` naming the first key that is missing.
    static func check(_ body: ConfigurationBody, type: String) throws(InvalidInput) {
        for need in Need.allCases where need.applies(to: type, body) {
            guard need.isStated(in: body) else {
                throw body.fault(
                    need.keys[0],
                    "is missing from the model's configuration, and what its family's code takes then is not known for sure"
                )
            }
        }
        if body.given("vocab_size") == nil, body.given("padded_vocab_size") == nil {
            body.warn(
                "missing_vocabulary", "vocab_size is missing: embedding and head are taken as the family's, or none")
        }
    }

    private enum Need: CaseIterable {
        case keyValueHeads, headDimension, experts, expertSize, sharedExperts, denseLayers, queryRank, window, streams
        case idleExperts, valueDimension

        var keys: [StaticString] {
            switch self {
            case .keyValueHeads: ["num_key_value_heads", "num_attention_groups"]
            case .headDimension: ["head_dim", "attention_head_dim", "kv_channels"]
            case .experts: ["num_experts", "n_routed_experts", "num_local_experts", "moe_num_experts"]
            case .expertSize: ["moe_intermediate_size", "expert_intermediate_size", "moe_ffn_hidden_size"]
            case .sharedExperts:
                [
                    "n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts",
                    "shared_expert_intermediate_size", "shared_intermediate_size", "share_expert_dim",
                    "moe_shared_expert_intermediate_size",
                ]
            case .denseLayers:
                [
                    "first_k_dense_replace", "mlp_layer_types", "num_dense_layers", "moe_layers", "moe_layers_enum",
                    "moe_layer_start_index", "mlp_only_layers", "is_moe_layer",
                ]
            case .queryRank: ["q_lora_rank"]
            case .window: ["sliding_window", "layer_types"]
            case .streams: ["hc_mult"]
            case .idleExperts: ["zero_expert_num"]
            case .valueDimension: ["v_head_dim"]
            }
        }

        private var types: Set<String> {
            switch self {
            case .keyValueHeads:
                [
                    "mistral", "ministral", "ministral3", "internlm3", "smollm3", "seed_oss", "glm", "glm4",
                    "ernie4_5", "starcoder2", "exaone", "stablelm", "exaone4", "exaone4_5", "exaone4_5_text", "llama4",
                    "llama4_text",
                    "qwen2", "qwen3", "qwen2_vl",
                    "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text", "qwen3_vl", "qwen3_vl_text", "qwen2_moe",
                    "qwen3_moe", "qwen3_vl_moe", "qwen3_vl_moe_text", "qwen3_next", "qwen3_5", "qwen3_5_text",
                    "qwen3_5_moe", "qwen3_5_moe_text", "minimax", "minimax_m1", "minimax_text_01", "minimax_m2",
                    "minimax_m3", "minimax_m3_vl", "minimax_m3_vl_text", "gemma", "gemma2", "gemma4", "gemma4_text",
                    "step3p5", "step3p7", "nemotron_h", "jamba", "lfm2", "lfm2_moe", "mixtral", "phimoe", "glm4_moe",
                    "glm4v_moe", "glm4v_moe_text", "solar_open", "hy_v3", "dots1", "exaone_moe", "ernie4_5_moe",
                    "gpt_oss", "mimo_v2_flash", "mimo_v2", "bailing_moe", "bailing_moe_v2", "arctic", "mimo",
                ]
            case .headDimension:
                [
                    "ministral3", "internlm3", "seed_oss", "glm", "glm4", "ernie4_5", "llama4", "llama4_text", "qwen3",
                    "qwen3_vl_text", "qwen3_next", "qwen3_5_text", "qwen3_5_moe_text", "minimax_m2", "minimax_m3",
                    "minimax_m3_vl_text", "gemma", "gemma2", "step3p5", "step3p7", "nemotron_h", "solar_open", "hy_v3",
                    "afmoe", "gpt_oss", "mimo_v2_flash", "mimo_v2", "bailing_hybrid", "bailing_moe_v3",
                ]
            case .experts:
                Self.mixtures.subtracting(["nemotron_h", "qwen3_next"]).union([
                    "gpt_oss", "mixtral", "phimoe", "granitemoe", "granitemoeshared", "olmoe", "jamba",
                    "granitemoehybrid", "llama4_text", "arctic",
                ])
            case .expertSize: Self.mixtures
            case .sharedExperts:
                Self.mixtures.subtracting([
                    "qwen3_moe", "qwen3_vl_moe", "qwen3_vl_moe_text", "dots1", "lfm2_moe", "mimo_v2_flash",
                ])
                .union(["granitemoehybrid", "hunyuan", "hunyuan_v1_moe", "minimax_m3"])
            case .denseLayers:
                [
                    "deepseek_v2", "deepseek_v3", "deepseek_v32", "kimi_k2", "kimi_linear", "glm4_moe", "glm4v_moe",
                    "glm4v_moe_text", "glm4_moe_lite", "glm_moe_dsa", "dots1", "exaone_moe", "afmoe", "bailing_moe_v2",
                    "bailing_hybrid", "bailing_moe_v3", "ernie4_5_moe", "mimo_v2_flash", "mimo_v2", "lfm2_moe",
                ]
            case .queryRank:
                [
                    "deepseek_v2", "deepseek_v3", "deepseek_v32", "kimi_k2", "kimi_linear", "mistral4",
                    "glm4_moe_lite", "glm_moe_dsa", "longcat_flash", "youtu", "bailing_hybrid", "bailing_moe_v3",
                ]
            case .window:
                [
                    "mistral", "ministral", "gemma2", "gemma3", "gemma3_text", "gemma4", "gemma4_text", "cohere2",
                    "exaone4", "exaone4_5", "exaone4_5_text", "exaone_moe", "olmo3", "gpt_oss", "afmoe",
                ]
            case .streams: ["deepseek_v4"]
            case .idleExperts: ["longcat_flash"]
            case .valueDimension: ["mimo_v2_flash", "mimo_v2"]
            }
        }

        /// Types whose experts have a size of their own.
        private static let mixtures: Set<String> = [
            "qwen2_moe", "qwen3_moe", "qwen3_vl_moe", "qwen3_vl_moe_text", "qwen3_next", "qwen3_5_moe_text",
            "deepseek_v2", "deepseek_v3", "deepseek_v32", "deepseek_v4", "kimi_k2", "kimi_linear", "mistral4",
            "glm4_moe_lite", "glm_moe_dsa", "glm4_moe", "glm4v_moe", "glm4v_moe_text", "solar_open", "hy_v3", "dots1",
            "exaone_moe", "afmoe", "ernie4_5_moe", "mimo_v2_flash", "mimo_v2", "bailing_moe", "bailing_moe_v2",
            "bailing_hybrid", "bailing_moe_v3", "lfm2_moe", "step3p5", "step3p7", "nemotron_h",
        ]

        /// A list of layers says which are dense; a number says every how many hold experts, not how many come first.
        func isStated(in body: ConfigurationBody) -> Bool {
            keys.contains { body.value[$0] != nil }
                || (self == .denseLayers && body.value["moe_layer_freq"]?.kind == .array)
        }

        func applies(to type: String, _ body: ConfigurationBody) -> Bool {
            if type.isEmpty {
                // Of an unknown family nothing is known; a missing number of heads would change the cache most.
                return self == .keyValueHeads && body.value["kv_lora_rank"] == nil
            }
            guard types.contains(type) else { return false }
            switch self {
            case .expertSize, .sharedExperts, .denseLayers:
                // Without experts there is nothing to say of them.
                return Need.experts.keys.contains { (body.value[$0]?.integer ?? 0) > 1 }
            default: return true
            }
        }
    }
}
