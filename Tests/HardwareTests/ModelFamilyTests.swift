import Hardware
import JSON
import Testing
import Text

/// Small bodies of each family, with the number of weights that the family's own modelling code makes from them.
///
/// The numbers come from building each model without memory with transformers 5.24 and counting its matrices, norms and biases
/// aside: `script/check/model-families` does it again. Where that code has a matrix of a few rows that is not counted here
/// (the gate of a shared expert), the number is less those.
@Suite("Families: weights as their modelling code makes them")
struct ModelFamilyTests {
    static let bodies: [(family: String, weights: Double, body: String)] = [
        (
            "llama", 3_598_336,
            #"""
            {"model_type":"llama","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "tie_word_embeddings":true}
            """#
        ),
        (
            "qwen3", 3_854_336,
            #"""
            {"model_type":"qwen3","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "use_sliding_window":false,"max_window_layers":6}
            """#
        ),
        (
            "qwen2_moe", 4_818_944,
            #"""
            {"model_type":"qwen2_moe","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,"num_experts":8,
            "num_experts_per_tok":2,"moe_intermediate_size":96,"shared_expert_intermediate_size":160,
            "decoder_sparse_step":2,"mlp_only_layers":[]}
            """#
        ),
        (
            "qwen3_moe", 4_847_616,
            #"""
            {"model_type":"qwen3_moe","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,"num_experts":8,
            "num_experts_per_tok":2,"moe_intermediate_size":96,"decoder_sparse_step":1,"mlp_only_layers":[0]}
            """#
        ),
        (
            "qwen3_next", 5_500_928,
            #"""
            {"model_type":"qwen3_next","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"num_experts":8,"num_experts_per_tok":2,
            "moe_intermediate_size":96,"shared_expert_intermediate_size":96,"intermediate_size":512,
            "full_attention_interval":3,"linear_num_key_heads":2,"linear_num_value_heads":4,
            "linear_key_head_dim":32,"linear_value_head_dim":32,"linear_conv_kernel_dim":4}
            """#
        ),
        (
            "deepseek_v3", 3_540_992,
            #"""
            {"model_type":"deepseek_v3","hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,
            "num_key_value_heads":8,"kv_lora_rank":64,"q_lora_rank":96,"qk_rope_head_dim":16,
            "qk_nope_head_dim":32,"v_head_dim":24,"intermediate_size":512,"moe_intermediate_size":96,
            "n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":1,"first_k_dense_replace":1,
            "vocab_size":1000,"num_nextn_predict_layers":1,"moe_layer_freq":1}
            """#
        ),
        (
            "deepseek_v2", 3_909_632,
            #"""
            {"model_type":"deepseek_v2","hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,
            "num_key_value_heads":8,"kv_lora_rank":64,"q_lora_rank":null,"qk_rope_head_dim":16,
            "qk_nope_head_dim":32,"v_head_dim":24,"intermediate_size":512,"moe_intermediate_size":96,
            "n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":2,"first_k_dense_replace":1,
            "vocab_size":1000,"moe_layer_freq":1}
            """#
        ),
        (
            "deepseek_v32", 3_627_008,
            #"""
            {"model_type":"deepseek_v32","hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,
            "num_key_value_heads":8,"kv_lora_rank":64,"q_lora_rank":96,"qk_rope_head_dim":16,
            "qk_nope_head_dim":32,"v_head_dim":24,"intermediate_size":512,"moe_intermediate_size":96,
            "n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":1,"first_k_dense_replace":1,
            "vocab_size":1000,"index_topk":64,"index_n_heads":4,"index_head_dim":32}
            """#
        ),
        (
            "glm_moe_dsa", 3_584_000,
            #"""
            {"model_type":"glm_moe_dsa","hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,
            "num_key_value_heads":8,"kv_lora_rank":64,"q_lora_rank":96,"qk_rope_head_dim":16,
            "qk_nope_head_dim":32,"v_head_dim":24,"intermediate_size":512,"moe_intermediate_size":96,
            "n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":1,"first_k_dense_replace":1,
            "vocab_size":1000,"index_topk":64,"index_n_heads":4,"index_head_dim":32,"indexer_types":["full",
            "shared","full","shared"],"mlp_layer_types":["dense","sparse","sparse","sparse"]}
            """#
        ),
        (
            "deepseek_v4", 4_030_976,
            #"""
            {"model_type":"deepseek_v4","hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,
            "num_key_value_heads":1,"head_dim":64,"vocab_size":1000,"q_lora_rank":96,"o_lora_rank":32,
            "o_groups":4,"qk_rope_head_dim":16,"index_n_heads":4,"index_head_dim":32,"index_topk":8,
            "sliding_window":32,"hc_mult":2,"n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":1,
            "moe_intermediate_size":96,"num_hash_layers":0,"layer_types":["sliding_attention",
            "compressed_sparse_attention","heavily_compressed_attention","compressed_sparse_attention"]}
            """#
        ),
        (
            "glm4_moe_lite", 3_540_992,
            #"""
            {"model_type":"glm4_moe_lite","hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,
            "num_key_value_heads":8,"kv_lora_rank":64,"q_lora_rank":96,"qk_rope_head_dim":16,
            "qk_nope_head_dim":32,"v_head_dim":24,"intermediate_size":512,"moe_intermediate_size":96,
            "n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":1,"first_k_dense_replace":1,
            "vocab_size":1000}
            """#
        ),
        (
            "kimi_linear", 3_998_720,
            #"""
            {"model_type":"kimi_linear","hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,
            "num_key_value_heads":8,"kv_lora_rank":64,"q_lora_rank":null,"qk_rope_head_dim":16,
            "qk_nope_head_dim":32,"v_head_dim":24,"intermediate_size":512,"moe_intermediate_size":96,
            "first_k_dense_replace":1,"vocab_size":1000,"num_experts":8,"num_experts_per_token":2,
            "num_shared_experts":1,"moe_layer_freq":1,"linear_attn_config":{"full_attn_layers":[4],
            "kda_layers":[1,2,3],"num_heads":8,"head_dim":32,"short_conv_kernel_size":4}}
            """#
        ),
        (
            "minimax", 21_037_056,
            #"""
            {"model_type":"minimax","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "num_local_experts":8,"num_experts_per_tok":2,"layer_types":["linear_attention","linear_attention",
            "full_attention","linear_attention","linear_attention","full_attention"]}
            """#
        ),
        (
            "minimax_m2", 20_381_696,
            #"""
            {"model_type":"minimax_m2","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "num_local_experts":8,"num_experts_per_tok":2,"attn_type_list":[1,1,1,1,1,1]}
            """#
        ),
        (
            "gemma2", 3_598_336,
            #"""
            {"model_type":"gemma2","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,"sliding_window":64}
            """#
        ),
        (
            "gemma3_text", 3_598_336,
            #"""
            {"model_type":"gemma3_text","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,"sliding_window":64,
            "sliding_window_pattern":3}
            """#
        ),
        (
            "gemma4_text", 7_622_400,
            #"""
            {"model_type":"gemma4_text","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,"sliding_window":64,
            "layer_types":["sliding_attention","sliding_attention","full_attention","sliding_attention",
            "sliding_attention","full_attention"],"global_head_dim":64,"num_global_key_value_heads":1,
            "attention_k_eq_v":true,"enable_moe_block":true,"num_experts":8,"top_k_experts":2,
            "moe_intermediate_size":96,"hidden_size_per_layer_input":32,"vocab_size_per_layer_input":500,
            "num_kv_shared_layers":0}
            """#
        ),
        (
            "nemotron_h", 1_800_704,
            #"""
            {"model_type":"nemotron_h","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "hybrid_override_pattern":"ME-M*E","mamba_num_heads":8,"mamba_head_dim":32,"n_groups":2,
            "ssm_state_size":16,"conv_kernel":4,"n_routed_experts":8,"num_experts_per_tok":2,
            "moe_intermediate_size":96,"moe_shared_expert_intermediate_size":160,"moe_latent_size":64,
            "n_shared_experts":1,"mlp_hidden_act":"relu2"}
            """#
        ),
        (
            "jamba", 17_620_992,
            #"""
            {"model_type":"jamba","hidden_size":256,"num_hidden_layers":8,"num_attention_heads":8,
            "num_key_value_heads":2,"vocab_size":1000,"intermediate_size":512,"attn_layer_period":4,
            "attn_layer_offset":2,"expert_layer_period":2,"expert_layer_offset":1,"num_experts":8,
            "num_experts_per_tok":2,"mamba_d_state":16,"mamba_d_conv":4,"mamba_expand":2,"mamba_dt_rank":16}
            """#
        ),
        (
            "granitemoehybrid", 6_758_912,
            #"""
            {"model_type":"granitemoehybrid","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"vocab_size":1000,"intermediate_size":96,"layer_types":["mamba","mamba",
            "attention","mamba","mamba","attention"],"mamba_n_heads":16,"mamba_n_groups":1,"mamba_d_state":16,
            "mamba_d_head":32,"mamba_d_conv":4,"mamba_expand":2,"num_local_experts":8,"num_experts_per_tok":2,
            "shared_intermediate_size":160}
            """#
        ),
        (
            "lfm2_moe", 4_789_248,
            #"""
            {"model_type":"lfm2_moe","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"vocab_size":1000,"intermediate_size":512,"layer_types":["conv","conv",
            "full_attention","conv","conv","full_attention"],"conv_L_cache":3,"num_dense_layers":2,
            "num_experts":8,"num_experts_per_tok":2,"moe_intermediate_size":96}
            """#
        ),
        (
            "mixtral", 20_381_696,
            #"""
            {"model_type":"mixtral","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "num_local_experts":8,"num_experts_per_tok":2}
            """#
        ),
        (
            "olmoe", 20_381_696,
            #"""
            {"model_type":"olmoe","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"vocab_size":1000,"intermediate_size":512,"num_experts":8,
            "num_experts_per_tok":2}
            """#
        ),
        (
            "phimoe", 20_381_696,
            #"""
            {"model_type":"phimoe","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"vocab_size":1000,"intermediate_size":512,"num_local_experts":8,
            "num_experts_per_tok":2,"sliding_window":128}
            """#
        ),
        (
            "glm4_moe", 4_943_872,
            #"""
            {"model_type":"glm4_moe","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":1,"moe_intermediate_size":96,
            "first_k_dense_replace":2}
            """#
        ),
        (
            "dots1", 5_584_896,
            #"""
            {"model_type":"dots1","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":2,"moe_intermediate_size":96,
            "first_k_dense_replace":1,"sliding_window":null}
            """#
        ),
        (
            "ernie4_5_moe", 5_238_784,
            #"""
            {"model_type":"ernie4_5_moe","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"vocab_size":1000,"intermediate_size":512,"moe_num_experts":8,"moe_k":2,
            "moe_num_shared_experts":2,"moe_intermediate_size":96,"moe_layer_start_index":1,
            "moe_layer_end_index":4,"moe_layer_interval":1,"tie_word_embeddings":false}
            """#
        ),
        (
            "gpt_oss", 20_381_696,
            #"""
            {"model_type":"gpt_oss","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "num_local_experts":8,"num_experts_per_tok":2,"sliding_window":64}
            """#
        ),
        (
            "afmoe", 5_337_088,
            #"""
            {"model_type":"afmoe","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "num_dense_layers":2,"num_experts":8,"num_experts_per_tok":2,"num_shared_experts":1,
            "moe_intermediate_size":96,"sliding_window":64,"global_attn_every_n_layers":3}
            """#
        ),
        (
            "hy_v3", 5_216_256,
            #"""
            {"model_type":"hy_v3","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,"num_experts":8,
            "num_experts_per_tok":2,"num_shared_experts":1,"moe_intermediate_size":96}
            """#
        ),
        (
            "exaone_moe", 5_216_256,
            #"""
            {"model_type":"exaone_moe","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,"num_experts":8,
            "num_experts_per_tok":2,"num_shared_experts":1,"moe_intermediate_size":96,"first_k_dense_replace":1,
            "sliding_window":64,"sliding_window_pattern":3}
            """#
        ),
        (
            "llama4_text", 4_671_488,
            #"""
            {"model_type":"llama4_text","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":96,
            "intermediate_size_mlp":512,"num_local_experts":8,"num_experts_per_tok":1,
            "interleave_moe_layer_step":2,"attention_chunk_size":64}
            """#
        ),
        (
            "nemotron", 3_067_904,
            #"""
            {"model_type":"nemotron","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,
            "hidden_act":"relu2"}
            """#
        ),
        (
            "cohere2", 3_598_336,
            #"""
            {"model_type":"cohere2","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,"sliding_window":64,
            "sliding_window_pattern":3}
            """#
        ),
        (
            "olmo3", 3_854_336,
            #"""
            {"model_type":"olmo3","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"vocab_size":1000,"intermediate_size":512,"sliding_window":64}
            """#
        ),
        (
            "starcoder2", 2_811_904,
            #"""
            {"model_type":"starcoder2","hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,
            "num_key_value_heads":2,"vocab_size":1000,"intermediate_size":512}
            """#
        ),
        (
            "bailing_hybrid", 4_096_000,
            #"""
            {"model_type":"bailing_hybrid","hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,
            "num_key_value_heads":8,"kv_lora_rank":64,"q_lora_rank":null,"qk_rope_head_dim":16,
            "qk_nope_head_dim":32,"v_head_dim":24,"intermediate_size":512,"moe_intermediate_size":96,
            "num_experts_per_tok":2,"first_k_dense_replace":1,"vocab_size":1000,"num_experts":8,
            "num_shared_experts":1,"head_dim":32,"short_conv_kernel_size":4,"layer_group_size":2}
            """#
        ),
    ]

    @Test("Weights, each stored one once", arguments: bodies.indices)
    func weights(index: Int) throws {
        let (family, weights, body) = Self.bodies[index]
        let model = try Catalogue.model(configuration: try JSONDocument(parsing: body).root)
        #expect(abs(model.parameters - weights) < 1, "\(family): \(model.parameters), not \(weights)")
        #expect(model.activeParameters <= model.parameters)
    }

    @Test("A key that is not known is refused by name, or told", arguments: bodies.indices)
    func unknownKeys(index: Int) throws {
        let body = Self.bodies[index].body
        func model(_ more: String) throws -> ModelDescription {
            try Catalogue.model(configuration: try JSONDocument(parsing: body.dropLast() + "," + more + "}").root)
        }
        let error = #expect(throws: InvalidInput.self) { try model(#""secret_attention_heads":3"#) }
        #expect(error?.field == "secret_attention_heads")
        #expect(try model(#""secret_attention_heads":null"#).warnings.isEmpty)
        #expect(try model(#""colour":"red""#).warnings.map(\.code) == ["unknown_keys"])
    }
}
