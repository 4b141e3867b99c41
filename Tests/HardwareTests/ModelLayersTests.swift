import Hardware
import JSON
import Testing
import Text

/// What the layers of a body read and keep, worked out here by hand, and what is refused.
@Suite("Layers from config.json")
struct ModelLayersTests {
    func model(_ text: String) throws -> ModelDescription {
        let limits = JSONLimits(allowsNonFinite: true)
        return try Catalogue.model(configuration: try JSONDocument(parsing: text, limits: limits).root)
    }

    static let grouped = """
        "hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,"num_key_value_heads":2,"head_dim":32,
        "vocab_size":1000,"intermediate_size":512
        """
    static let latent = """
        "hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,"kv_lora_rank":64,"q_lora_rank":96,
        "qk_rope_head_dim":16,"qk_nope_head_dim":32,"v_head_dim":24,"intermediate_size":512,"moe_intermediate_size":96,
        "n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":1,"first_k_dense_replace":1,"vocab_size":1000
        """

    /// Tokens read at 1,000 of context, all layers, one entry of 2 × 2 heads × 32 elements of two bytes each: 256 bytes.
    static let windowBodies: [(String, Double)] = [
        (#""model_type":"llama""#, 6000),
        (#""model_type":"mistral","sliding_window":100"#, 600),
        (#""model_type":"gemma2","sliding_window":100"#, 3300),
        (#""model_type":"gemma3_text","sliding_window":100"#, 1500),
        (#""model_type":"gemma3_text","sliding_window":100,"sliding_window_pattern":2"#, 3300),
        (#""model_type":"cohere2","sliding_window":100,"sliding_window_pattern":3"#, 2400),
        (#""model_type":"exaone4","sliding_window":100,"sliding_window_pattern":"LG""#, 3300),
        (#""model_type":"qwen2","sliding_window":100,"max_window_layers":4"#, 6000),
        (#""model_type":"qwen2","sliding_window":100,"max_window_layers":4,"use_sliding_window":true"#, 4200),
        (#""sliding_window":100,"sliding_window_pattern":2"#, 3300),
        (
            #""model_type":"olmo3","sliding_window":100,"layer_types":["full_attention","sliding_attention","full_attention","sliding_attention","full_attention","sliding_attention"]"#,
            3300
        ),
    ]

    @Test("Windows by the rule of the family", arguments: windowBodies.indices)
    func windows(index: Int) throws {
        let (keys, tokens) = Self.windowBodies[index]
        let model = try model("{\(keys),\(Self.grouped)}")
        #expect(model.cacheBytesRead(context: 1000, format: .bf16) == tokens * 256)
        #expect(model.cacheBytesKept(context: 1000, format: .bf16) == tokens * 256)
    }

    @Test("A shared index is read and kept once for the layers that share it")
    func sharedIndex() throws {
        let index = #","index_topk":100,"index_n_heads":4,"index_head_dim":128"#
        let own = try model("{\"model_type\":\"glm_moe_dsa\",\(Self.latent)\(index)}")
        let shared = try model(
            "{\"model_type\":\"glm_moe_dsa\",\(Self.latent)\(index),\"indexer_types\":[\"full\",\"shared\",\"shared\",\"full\"]}"
        )
        // 100 entries of 64 + 16 elements a layer, and an index of 128 bytes for each of 1,000 tokens, 132 with its scale.
        #expect(own.cacheBytesRead(context: 1000, format: .bf16) == 4 * (100 * 160 + 128_000))
        #expect(shared.cacheBytesRead(context: 1000, format: .bf16) == 4 * 100 * 160 + 2 * 128_000)
        #expect(shared.cacheBytesKept(context: 1000, format: .bf16) == 4 * 1000 * 160 + 2 * 132_000)
        #expect(own.parameters > shared.parameters)
    }

    @Test("DeepSeek-V4: a window, and an entry for 4 or 128 tokens")
    func compressed() throws {
        let model = try model(
            """
            {"model_type":"deepseek_v4","hidden_size":256,"num_hidden_layers":3,"num_attention_heads":8,"head_dim":64,
             "vocab_size":1000,"q_lora_rank":96,"o_lora_rank":32,"o_groups":4,"index_n_heads":4,"index_head_dim":32,
             "index_topk":8,"sliding_window":32,"n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":1,
             "moe_intermediate_size":96,"compress_ratios":[0,4,128,0],"hc_mult":1,"num_nextn_predict_layers":1}
            """)
        // 128 bytes an entry: 32; 32 + 8 of 256; 32 + 8; and 256 index entries of 32 bytes.
        #expect(model.cacheBytesRead(context: 1024, format: .bf16) == (32 + 40 + 40) * 128 + 256 * 32)
        #expect(model.cacheBytesKept(context: 1024, format: .bf16) == (32 + 288 + 40) * 128 + 256 * 32)
    }

    @Test("Cross-layer attention: every second layer keeps a cache")
    func crossLayer() throws {
        let body = #"{"model_type":"hunyuan","use_cla":true,"cla_share_factor":2,\#(Self.grouped)}"#
        let model = try model(body)
        #expect(model.cacheBytesKept(context: 10, format: .bf16) == 3 * 10 * 256)
        // Three layers without keys and values: 256 × 2 × 2 × 32 parameters less each.
        let plain = try self.model("{\"model_type\":\"hunyuan\",\(Self.grouped)}")
        #expect(plain.parameters - model.parameters == 3 * 256 * 128)
    }

    @Test("Step-3.5: more heads in the layers that slide; layers beyond the model's draft tokens")
    func headsOfSlidingLayers() throws {
        let body = """
            {"model_type":"step3p5",\(Self.grouped.replacing("num_key_value_heads", with: "num_attention_groups")),
             "moe_num_experts":8,"moe_top_k":2,"moe_intermediate_size":96,"share_expert_dim":96,"moe_layers_enum":"1,2,3,4,5",
             "sliding_window":100,"num_nextn_predict_layers":1,"layer_types":["full_attention","sliding_attention",
             "sliding_attention","sliding_attention","full_attention","sliding_attention","sliding_attention"]
            """
        let model = try model(
            body
                + #","attention_other_setting":{"attention_type":"sliding_attention","num_attention_heads":12,"num_attention_groups":2,"head_dim":32}}"#
        )
        #expect(Set(model.attending.map(\.attention.queryHeads)) == [8, 12])
        #expect(model.attending.filter { $0.attention.queryHeads == 12 }.reduce(0) { $0 + $1.count } == 4)
        #expect(throws: InvalidInput.self) { try self.model(body + "}") }
    }

    @Test("Constant state: bytes that do not grow, in the format that the body says")
    func states() throws {
        let body = """
            {"model_type":"qwen3_next","hidden_size":256,"num_hidden_layers":4,"num_attention_heads":8,
             "num_key_value_heads":2,"head_dim":32,"vocab_size":1000,"intermediate_size":512,"linear_num_key_heads":2,
             "linear_num_value_heads":4,"linear_key_head_dim":32,"linear_value_head_dim":32,"linear_conv_kernel_dim":4
            """
        let model = try model(body + "}")
        // Three layers of 4 × 32 × 32 elements of four bytes, and 256 channels × 3 of two.
        #expect(model.stateBytes() == 3 * (4096 * 4 + 768 * 2))
        #expect(model.cacheBytesKept(context: 100, format: .bf16) == 100 * 256)
        #expect(try self.model(body + #","mamba_ssm_dtype":"bfloat16"}"#).stateBytes() == 3 * (4096 * 2 + 768 * 2))
    }

    @Test(
        "What is not understood is refused by name",
        arguments: [
            (#""model_type":"nobody","secret":1,"#, "secret"), (#""secret":{"deep":1},"#, "secret"),
            (#""sliding_window":100,"#, "sliding_window"), (#""hidden_act":"relu2","#, "hidden_act"),
            (#""layer_types":["linear_attention","full_attention"],"#, "layer_types"),
            (#""model_type":"llama","num_experts":8,"num_experts_per_tok":2,"#, "num_experts"),
            (#""model_type":"nemotron_h","hybrid_override_pattern":"MX","#, "hybrid_override_pattern"),
            (#""num_local_experts":8,"num_experts":9,"num_experts_per_tok":2,"#, "num_experts"),
            (#""model_type":"hunyuan","use_mla":true,"#, "use_mla"),
        ])
    func refusals(keys: String, field: String) throws {
        let error = #expect(throws: InvalidInput.self) { try model("{\(keys)\(Self.grouped)}") }
        #expect(
            error?.field.hasPrefix(field) == true || error?.rule.contains(field) == true, "\(String(describing: error))"
        )
    }

    @Test("Infinity, as Hugging Face writes it, is read where it says nothing of sizes, and no number elsewhere")
    func infinity() throws {
        #expect(
            try model("{\"model_type\":\"llama\",\"time_step_limit\":[0.0,Infinity],\(Self.grouped)}").layerCount == 6)
        let error = #expect(throws: InvalidInput.self) {
            try model(
                "{\"model_type\":\"llama\",\"num_nextn_predict_layers\":1,\"sliding_window\":NaN,\(Self.grouped)}")
        }
        #expect(error?.field == "sliding_window")
    }

    /// `quantization_config`, and the formats of attention, dense, shared and routed weights.
    static let formatBodies: [(String, [String])] = [
        (#""torch_dtype":"bfloat16""#, ["bf16", "bf16", "bf16", "bf16"]),
        (#""torch_dtype":"float16""#, ["fp16", "fp16", "fp16", "fp16"]),
        (#""quantization_config":{"quant_method":"fp8"}"#, ["fp8", "fp8", "fp8", "fp8"]),
        (
            #""quantization_config":{"quant_method":"mxfp4","modules_to_not_convert":["model.layers.*.self_attn"]}"#,
            ["bf16", "mxfp4", "mxfp4", "mxfp4"]
        ),
        (
            #""quantization_config":{"quant_method":"compressed-tensors","config_groups":{"group_0":{"targets":["Linear"],"input_activations":null,"weights":{"num_bits":4,"type":"int","group_size":32}}},"ignore":["lm_head","re:.*self_attn.*","re:.*shared_experts.*","re:.*mlp\\.(gate|up|gate_up|down)_proj.*"]}"#,
            ["bf16", "bf16", "bf16", "int4 weight-only"]
        ),
        (
            #""quantization_config":{"quant_method":"modelopt","quant_algo":"NVFP4","ignore":["model.layers.0*","model.layers.1.self_attn*","model.layers.2.self_attn*","model.layers.3.mlp.shared_experts*","model.layers.1.mlp.shared_experts*"]}"#,
            ["bf16", "bf16", "bf16", "nvfp4"]
        ),
        (
            #""quantization_config":{"quant_algo":"MIXED_PRECISION","quantized_layers":{"model.layers.1.mlp.experts.0.up_proj":{"quant_algo":"NVFP4"},"model.layers.2.mlp.experts.7.up_proj":{"quant_algo":"NVFP4"},"model.layers.1.self_attn.q_proj":{"quant_algo":"FP8"},"model.layers.2.self_attn.q_proj":{"quant_algo":"FP8"}}}"#,
            ["fp8", "bf16", "bf16", "nvfp4"]
        ),
        (
            #""quantization_config":{"quant_method":"gptq","bits":4,"group_size":128}"#,
            Array(repeating: "int4 weight-only", count: 4)
        ),
    ]

    @Test("Formats by part, as quantization_config says", arguments: formatBodies.indices)
    func formats(index: Int) throws {
        let (keys, formats) = Self.formatBodies[index]
        let published = try model("{\"model_type\":\"deepseek_v3\",\(keys),\(Self.latent)}").published
        let weights = published.weights
        #expect([weights.attention, weights.dense, weights.shared, weights.routed].map(\.name) == formats)
        #expect(published.source == (keys.contains("quant") ? .quantizationConfig : .dataType))
    }

    @Test("A method that is not known is told, and the weights are taken as bf16")
    func unknownMethod() throws {
        let model = try model(
            #"{"model_type":"llama","quantization_config":{"quant_method":"secret"},\#(Self.grouped)}"#)
        #expect(model.warnings.map(\.code) == ["unknown_quantization"])
        #expect(model.published == .unknown)
    }

    @Test("A request's precision goes before what is published, part by part, and what is taken is told")
    func request() throws {
        let published = try model(
            #"{"model_type":"deepseek_v3","quantization_config":{"quant_method":"fp8"},\#(Self.latent)}"#
        ).published
        var request = PrecisionRequest()
        #expect(
            request.assumptions(for: published).contains { $0.contains("fp8") && $0.contains("quantization_config") })
        request.attention = .bf16
        #expect(request.resolved(for: published).weights.attention == .bf16)
        #expect(request.resolved(for: published).weights.routed == .fp8)
        request.weights = try ElementFormat(named: "nvfp4")
        #expect(request.resolved(for: published).weights.shared.name == "nvfp4")
        #expect(!request.assumptions(for: published).contains { $0.hasPrefix("precision of weights") })
    }
}
