/// Keys of configurations that decide neither sizes nor layers: names, tokens, rotary positions, routing scores, scales,
/// initialisation, losses, generation, loading.
enum HarmlessKeys {
    static func contains(_ key: String) -> Bool {
        names.contains(key) || suffixes.contains { key.hasSuffix($0) } || prefixes.contains { key.hasPrefix($0) }
    }

    /// Parts of names of keys that may decide the size or the number of something.
    static func mayMatter(_ key: String) -> Bool {
        let lower = key.lowercased()
        return words.contains { lower.contains($0) }
    }

    private static let words = [
        "head", "layer", "expert", "window", "sparse", "lora", "latent", "attn", "attention", "kv", "mlp", "ffn",
        "intermediate", "index", "compress", "moe", "hidden", "size", "rank", "share", "state", "conv", "ssm", "mamba",
        "block", "pattern", "num_", "n_", "dim", "group", "chunk", "vocab", "every", "interval", "freq", "ratio",
        "gate", "width", "depth", "channel", "expand", "linear", "hybrid", "local", "global", "stream", "loop", "ngram",
        "engram", "memory",
    ]

    private static let suffixes = [
        "_token_id", "_token_ids", "_token_index", "_dropout", "_pdrop", "_dropout_prob", "_eps", "_epsilon", "_coef",
        "_coeff", "_loss_weight", "_init_std", "_softcapping", "_multiplier", "_placeholder",
    ]

    private static let prefixes = [
        "rope_", "rotary_", "yarn_", "time_step_", "initializer_", "tokenizer", "mup_", "tf_",
        "anyres_", "vit_",
    ]

    private static let names: Set<String> = [
        // Names, versions, loading.
        "_name_or_path", "_from_model_config", "_attn_implementation", "attn_implementation", "cache_implementation",
        "_attn_implementation_internal", "_commit_hash", "architectures",
        "auto_map", "custom_pipelines", "model_type", "name", "transformers_version", "torch_dtype", "dtype",
        "torchscript", "use_bfloat16", "use_flash_attn", "_flash_attn_2_enabled", "use_cache", "return_dict",
        "quantization_config", "expert_dtype", "compression_config", "hf_quant_config", "quantization",
        "for_llm_compressor", "_attn_implementation_autoset", "is_decoder", "is_encoder_decoder",
        "task_specific_params",
        "problem_type", "finetuning_task", "id2label", "label2id", "pruned_heads", "prefix", "ep_size",
        "pretraining_tp",
        "gradient_checkpointing", "transformers.js_config", "unsloth_fixed", "unsloth_version", "base_model_name",
        "add_cross_attention", "cross_attention_hidden_size", "tie_encoder_decoder", "tie_word_embeddings",
        "chunk_size_feed_forward", "output_attentions", "output_hidden_states", "output_router_logits",
        "return_dict_in_generate", "remove_invalid_values", "output_scores", "use_mamba_kernels", "use_mambapy",
        "use_associative_scan", "use_kernels", "fuse_norm", "fuse_cross_entropy", "fuse_swiglu", "fused_kernels",
        "moe_backend", "use_fp32_router", "enable_moe_fp32_combine", "num_logits_to_keep",
        "keys_to_ignore_at_inference",
        "max_sequence_length", "seq_length", "model_max_length", "max_position_embeddings",
        "original_max_position_embeddings",
        "initial_context_length", "max_seq_len", "n_positions", "max_model_len", "vision_config", "audio_config",
        "image_token_id", "img_token_compression_config", "pad_head_dims", "pad_token_id",
        // Generation.
        "bad_words_ids", "begin_suppress_tokens", "suppress_tokens", "forced_bos_token_id", "forced_eos_token_id",
        "diversity_penalty", "do_sample", "early_stopping", "encoder_no_repeat_ngram_size", "no_repeat_ngram_size",
        "exponential_decay_length_penalty", "length_penalty", "max_length", "min_length", "num_beam_groups",
        "num_beams",
        "num_return_sequences", "repetition_penalty", "temperature", "top_k", "top_p", "typical_p",
        // Drafting tokens for speculation: layers of their own, which are not counted.
        "num_nextn_predict_layers", "num_mtp_modules", "mtp_transformer_layers", "use_mtp", "mtp_num_hidden_layers",
        "mtp_use_dedicated_embeddings", "num_mtp_layers", "_num_mtp_layers", "mtp_share_layers",
        "mtp_hybrid_override_pattern", "mtp_layers_block_type",
        "mtp_layer_types", "mtp_mlp_layer_types", "mtp_loss_scaling_factor", "index_share_for_mtp_iteration",
        // Positions.
        "partial_rotary_factor", "partial_rotary_factors", "position_embedding_type", "position_encoding_type",
        "use_mrope",
        "mrope_section", "swa_rope_theta", "compress_rope_theta", "local_rope_theta", "no_rope_layers",
        "no_rope_layer_interval", "use_rope", "use_nope", "alibi", "use_alibi", "layer_group_norm", "theta",
        "indexer_rope_interleave", "use_pos_enc_type", "freq_allocation", "use_dynamic_ntk", "use_logn_attn",
        "original_seq_len", "long_factor", "short_factor", "yarn_only_types", "attn_temperature_tuning", "floor_scale",
        "attn_scale", "use_temperature_tuning", "attention_value_scale", "attention_multiplier",
        "query_pre_attn_scalar",
        "scale_attention", "scale_attn_weights", "attn_logit_softcapping", "final_logit_softcapping", "logit_scale",
        "logits_scaling", "logits_to_keep", "attn_temperature_len", "attn_factor", "extrapolation_factor",
        "scaling_factor", "beta_fast", "beta_slow", "sliding_window_rope_theta",
        // Biases and norms: too few parameters to show.
        "attention_bias", "attention_out_bias", "mlp_bias", "qkv_bias", "use_bias", "use_qkv_bias", "use_qk_norm",
        "qk_norm", "qk_norm_type", "qk_layernorm", "use_gemma_norm", "norm_type", "normalization_type",
        "layer_norm_type",
        "rmsnorm", "use_rmsnorm", "add_bias_linear", "add_qkv_bias", "mamba_proj_bias", "mamba_conv_bias",
        "mamba_dt_min", "mamba_dt_max", "mamba_dt_limit", "mamba_dt_init_floor", "use_conv_bias", "conv_bias",
        "lm_head_bias", "clip_qkv", "residual_in_fp32", "rescale_prenorm_residual", "use_post_norm", "use_pre_norm",
        "add_swa_attention_sink_bias", "add_full_attention_sink_bias", "attention_sink", "use_attention_sink",
        "use_input_layernorm", "normalization_function", "mamba_inner_layernorms", "hidden_act", "hidden_activation",
        "mlp_hidden_act", "mamba_hidden_act", "activation",
        "activation_situ_beta", "activation_situ_linear_beta", "swiglu_alpha", "swiglu_limit", "swiglu_limits",
        "swiglu_limits_shared", "use_cut_off", "latent_moe_use_norm", "mla_use_nope", "norm_head", "norm_softmax",
        // Routing: how scores are made and scaled, not who has them.
        "norm_topk_prob", "norm_expert_weight", "moe_renormalize", "topk_method", "topk_group", "n_group",
        "num_expert_group", "num_expert_groups", "num_limited_groups", "group_limited_greedy", "use_grouped_topk",
        "use_grouped_mm", "routed_scaling_factor", "router_scaling_factor",
        "moe_router_scaling_factor",
        "scoring_func", "score_function", "score_func", "use_routing_bias", "use_moe_router_bias", "use_expert_bias",
        "moe_router_dtype", "router_dtype", "router_bias", "moe_router_activation_func",
        "moe_router_enable_expert_bias",
        "moe_router_enable_routed_scaling", "moe_router_enable_shared_expert", "moe_router_topk_scaling_factor",
        "moe_norm_min", "route_norm", "route_scale", "score_correction_bias", "load_balance_coeff", "seq_aux",
        "aux_loss_alpha", "router_aux_loss", "router_z_loss", "router_jitter_noise", "input_jitter_noise",
        "moe_jitter_eps",
        "moe_loss_weight", "moe_train_capacity_factor", "moe_eval_capacity_factor", "moe_min_capacity",
        "moe_token_dropping",
        "moe_capacity", "moe_drop_tokens", "moe_random_routing_dropped_token", "moe_aux_loss_coeff", "moe_z_loss_coeff",
        "enable_expert_tensor_parallelism", "router_logit_softcapping", "expert_selection_fn", "moe_multimodal_aux",
        "hc_eps", "hc_sinkhorn_iters", "hc_magnitude", "use_head_wise_attn_gate", "use_bidirectional_attention",
        "use_hash_moe", "sink", "mup_enabled", "layernorm_full_attention_beta", "layernorm_full_attention_alpha",
        "layernorm_linear_attention_alpha", "layernorm_linear_attention_beta", "layernorm_mlp_alpha",
        "layernorm_mlp_beta", "postnorm", "full_attn_alpha_factor", "full_attn_beta_factor", "linear_attn_alpha_factor",
        "linear_attn_beta_factor", "mlp_alpha_factor", "mlp_beta_factor", "group_norm_size", "attn_res_block_size",
        "bias", "resid_pdrop", "vision_soft_tokens_per_image", "weight_init_std", "dense_list", "sep_token_id",
        "im_start_id", "im_end_id", "im_newline_id", "text_start_id", "text_end_id", "image_token_id",
        "video_start_id", "video_end_id", "mask_init_id", "org_vocab_size", "eod_token_id",
    ]
}
