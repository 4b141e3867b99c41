import JSON

/// Keys of a `quantization_config` that are read, and those that change no weight's format: how the checkpoint was made,
/// which kernels load it.
enum QuantizationKeys {
    /// Keys with a value that nobody reads: what they change of the formats cannot be told.
    static func unread(_ config: JSONValue) -> [String] {
        config.members.compactMap { name, value -> String? in
            guard let name = name.string, !value.isNull, value.bool != false, !isEmpty(value) else { return nil }
            if read.contains(name) || harmless.contains(name) { return nil }
            return prefixes.contains { name.hasPrefix($0) } ? nil : name
        }
    }

    private static func isEmpty(_ value: JSONValue) -> Bool {
        (value.kind == .array || value.kind == .object || value.kind == .string) && value.count == 0
    }

    private static let read: Set<String> = [
        "quant_method", "quant_algo", "moe_quant_algo", "fmt", "bits", "w_bit", "group_size", "q_group_size", "sym",
        "zero_point", "data_type", "config_groups", "quantized_layers", "ignore", "modules_to_not_convert",
        "exclude_modules", "ignored_layers", "exclude", "llm_int8_skip_modules", "dynamic", "extra_config",
        "global_quant_config", "layer_quant_config", "kv_cache_scheme", "kv_cache_quant_algo", "load_in_4bit",
        "load_in_8bit", "_load_in_4bit", "_load_in_8bit",
    ]

    private static let prefixes = ["bnb_4bit_", "llm_int8_", "enable_", "act_", "awq_"]

    private static let harmless: Set<String> = [
        // Granularity and type of scales: at most 1 % of the bytes of 8-bit weights.
        "activation_scheme", "weight_block_size", "scale_fmt", "format", "activation_scale_ub", "has_zero_point",
        "has_pre_quant_scale", "weight_per_tensor", "pre_quant_scale", "smoothquant_val", "clamp_val",
        "use_per_token_scaling", "mode",
        // How it was made.
        "quantization_status", "global_compression_ratio", "producer", "version", "dataset", "damp_percent",
        "damp_auto_increment", "desc_act", "static_groups", "true_sequential", "meta", "quantizer", "autoround_version",
        "iters", "lr", "minmax_lr", "seqlen", "nsamples", "low_gpu_mem_usage", "amp", "amp_dtype", "scale_dtype",
        "batch_size", "gradient_accumulate_steps", "tokenizer", "pad_token_id", "max_input_length",
        "cache_block_outputs", "super_bits", "super_group_size", "model_seqlen", "model_name_or_path",
        "model_file_base_name", "quant_config", "algo_config", "export", "pack_method", "quant_mode",
        "softmax_quant_spec",
        "min_kv_scale", "weight_format", "custom_mode", "to_quant_block_names", "hyb", "offload_to_disk",
        "kv_cache_post_rope", "kv_cache_quant_config", "dequantize", "is_checkpoint_quantized",
        // How it is loaded.
        "checkpoint_format", "packing_format", "pack_dtype", "is_marlin_format", "lm_head", "backend", "use_exllama",
        "use_exllama_v2", "exllama_config", "use_cuda_fp16", "disable_exllama", "module_name_preceding_first_block",
        "block_name_to_quantize", "do_fuse", "fuse_max_seq_len", "modules_to_fuse", "run_compressed",
        "target_scheme_map",
        "_load_in_4bit", "_load_in_8bit",
    ]
}
