import Hardware
import JSON
import Testing
import Text

/// The ways in which released checkpoints state their formats, beside those of `ModelLayersTests`.
@Suite("Formats of quantized checkpoints")
struct PublishedFormatTests {
    private static let keys =
        #""model_type":"deepseek_v3","hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,"#
        + #""kv_lora_rank":64,"q_lora_rank":null,"qk_rope_head_dim":16,"qk_nope_head_dim":32,"v_head_dim":24,"#
        + #""intermediate_size":512,"vocab_size":1000,"n_routed_experts":8,"num_experts_per_tok":2,"#
        + #""moe_intermediate_size":96,"n_shared_experts":1,"first_k_dense_replace":1,"torch_dtype":"bfloat16""#

    /// `quantization_config`, and the formats of attention, dense, shared and routed weights.
    static let configurations: [(String, [String])] = [
        (
            #"{"quant_method":"fp8","weight_block_size":[128,128],"modules_to_not_convert":["lm_head","model.layers.0.linear_attn.conv1d","model.layers.0.linear_attn.in_proj_a","model.layers.0.linear_attn.in_proj_b","model.layers.*.self_attn.kv_b_proj","re:.*self_attn\\\\.k_proj$","model.layers.0.mlp.gate"]}"#,
            ["fp8", "fp8", "fp8", "fp8"]
        ),
        (
            #"{"quant_method":"fp8","ignored_layers":["model.layers.0.self_attn.o_proj","re:.*self_attn.*"]}"#,
            ["bf16", "fp8", "fp8", "fp8"]
        ),
        (
            #"{"quant_method":"gptq","bits":4,"group_size":128,"dynamic":{"-:.*self_attn.*":{},"-:.*shared_experts.*":{}}}"#,
            ["bf16", "int4 weight-only", "bf16", "int4 weight-only"]
        ),
        (
            #"{"quant_method":"gptq","bits":4,"group_size":128,"dynamic":{"+:.*self_attn.*":{"bits":8}}}"#,
            ["int8 weight-only", "int4 weight-only", "int4 weight-only", "int4 weight-only"]
        ),
        (
            #"{"quant_method":"auto-round","bits":4,"group_size":128,"sym":true,"data_type":"int","extra_config":{".*self_attn.*":{"bits":16,"data_type":"float"}}}"#,
            ["bf16", "int4 weight-only", "int4 weight-only", "int4 weight-only"]
        ),
        (
            #"{"quant_method":"auto-round","bits":4,"group_size":32,"data_type":"mx_fp"}"#,
            ["mxfp4", "mxfp4", "mxfp4", "mxfp4"]
        ),
        (
            #"{"quant_method":"awq","bits":4,"group_size":128,"zero_point":true,"version":"gemm","modules_to_not_convert":["self_attn","mlp.gate"]}"#,
            ["bf16", "int4 weight-only", "int4 weight-only", "int4 weight-only"]
        ),
        (
            #"{"quant_method":"quark","global_quant_config":{"weight":{"dtype":"fp4","qscheme":"per_group","group_size":32},"input_tensors":{"dtype":"fp4"}},"exclude":["*self_attn*","lm_head"]}"#,
            ["bf16", "mxfp4", "mxfp4", "mxfp4"]
        ),
        (
            #"{"quant_method":"quark","global_quant_config":{"weight":{"dtype":"fp8_e4m3"},"input_tensors":{"dtype":"fp8_e4m3"}},"layer_quant_config":{"*experts*":{"weight":{"dtype":"fp4","group_size":32},"input_tensors":{"dtype":"fp4"}}}}"#,
            ["fp8", "fp8", "fp8", "mxfp4"]
        ),
        (
            #"{"quant_algo":"NVFP4","group_size":16,"kv_cache_quant_algo":"FP8","exclude_modules":["*self_attn*"]}"#,
            ["bf16", "nvfp4", "nvfp4", "nvfp4"]
        ),
    ]

    @Test("By part, module by module", arguments: configurations.indices)
    func parts(index: Int) throws {
        let (configuration, formats) = Self.configurations[index]
        let model = try model(#","quantization_config":\#(configuration)"#)
        let weights = model.published.weights
        #expect([weights.attention, weights.dense, weights.shared, weights.routed].map(\.name) == formats)
        #expect(model.warnings.isEmpty, "\(model.warnings)")
    }

    @Test("What hf_quant_config.json says counts inside the body, beside it, and not against it")
    func beside() throws {
        let file =
            #"{"producer":{"name":"modelopt"},"quantization":{"quant_algo":"NVFP4","kv_cache_quant_algo":"FP8","group_size":16,"exclude_modules":["lm_head","model.layers.*.self_attn*"]}}"#
        let inside = try model(#","hf_quant_config":\#(file)"#).published
        let beside = try Catalogue.model(
            configuration: try JSONDocument(parsing: "{\(Self.keys)}").root,
            quantization: try JSONDocument(parsing: file).root
        ).published
        #expect(inside == beside)
        #expect(inside.weights.routed.name == "nvfp4")
        #expect(inside.weights.attention == .bf16)
        #expect(inside.cache == .fp8)
        #expect(inside.source == .quantizationConfig)
        let against = try Catalogue.model(
            configuration: try JSONDocument(
                parsing: "{\(Self.keys),\"quantization_config\":{\"quant_method\":\"fp8\"}}"
            ).root,
            quantization: try JSONDocument(parsing: file).root)
        #expect(against.published.weights == WeightFormats(all: .fp8))
    }

    @Test("A name that says a format which the body does not is told")
    func name() throws {
        let model = try model(#","_name_or_path":"nvidia/DeepSeek-V3-NVFP4""#)
        #expect(model.warnings.map(\.code) == ["precision_of_name"])
        #expect(model.published.weights == WeightFormats(all: .bf16))
        #expect(try self.model(#","_name_or_path":"deepseek-ai/DeepSeek-V3""#).warnings.isEmpty)
    }

    @Test(
        "What is not understood of a quantization is told, by key",
        arguments: [
            (#"{"quant_method":"fp8","sparsity_config":{"format":"sparse-24-bitmask"}}"#, "quantization_keys"),
            (
                #"{"quant_method":"gptq","bits":4,"modules_in_block_to_quantize":[["self_attn.q_proj"]]}"#,
                "quantization_keys"
            ),
            (#"{"quant_method":"gptq"}"#, "unknown_quantization"),
            (
                #"{"quant_algo":"NVFP4","exclude_modules":["model.layers.*.self_attn.q_b_proj","model.layers.*.self_attn.q_a_proj"]}"#,
                "quantization_parts"
            ),
            (#"{"quant_algo":"NVFP4","exclude_modules":["model.layers.1.self_attn*"]}"#, "quantization_parts"),
            (#"{"quant_method":"awq","bits":16}"#, "unknown_quantization"),
        ])
    func unread(configuration: String, code: String) throws {
        #expect(try model(#","quantization_config":\#(configuration)"#).warnings.map(\.code) == [code])
    }

    private func model(_ more: String) throws -> ModelDescription {
        try Catalogue.model(configuration: try JSONDocument(parsing: "{\(Self.keys)\(more)}").root)
    }
}
