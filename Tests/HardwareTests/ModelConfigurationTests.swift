import Hardware
import JSON
import Sizing
import Testing
import Text

/// Bodies of `config.json` as the families write them, cut to the fields that matter and some that do not.
@Suite("A model from config.json")
struct ModelConfigurationTests {
    func model(_ text: String) throws -> ModelDescription {
        try Catalogue.model(configuration: try JSONDocument(parsing: text).root)
    }

    static let deepseek = """
        {"architectures":["DeepseekV3ForCausalLM"],"model_type":"deepseek_v3","hidden_size":7168,"num_hidden_layers":61,
         "num_attention_heads":128,"num_key_value_heads":128,"kv_lora_rank":512,"q_lora_rank":1536,"qk_rope_head_dim":64,
         "qk_nope_head_dim":128,"v_head_dim":128,"intermediate_size":18432,"moe_intermediate_size":2048,
         "n_routed_experts":256,"num_experts_per_tok":8,"n_shared_experts":1,"first_k_dense_replace":3,"moe_layer_freq":1,
         "vocab_size":129280,"quantization_config":{"quant_method":"fp8"}}
        """

    @Test("DeepSeek: latent attention, three dense layers, one shared expert")
    func latent() throws {
        let model = try model(Self.deepseek)
        let reference = try Catalogue.embedded.model("deepseek-v3")
        #expect(model.layers == reference.layers)
        #expect(model.layers.map(\.count) == [3, 58])
    }

    @Test("Qwen3 MoE: sliding window switched off, sparse step 1")
    func qwen() throws {
        let model = try model(
            """
            {"model_type":"qwen3_moe","hidden_size":4096,"num_hidden_layers":94,"num_attention_heads":64,
             "num_key_value_heads":4,"head_dim":128,"intermediate_size":12288,"moe_intermediate_size":1536,
             "num_experts":128,"num_experts_per_tok":8,"decoder_sparse_step":1,"mlp_only_layers":[],
             "sliding_window":null,"use_sliding_window":false,"max_window_layers":94,"vocab_size":151936}
            """)
        #expect(model.layers == (try Catalogue.embedded.model("qwen3-235b-a22b").layers))
        #expect(model.layers[0].attention?.span == .full)
    }

    @Test("Llama: dense, head size from the hidden size")
    func llama() throws {
        let model = try model(
            """
            {"model_type":"llama","hidden_size":8192,"num_hidden_layers":80,"num_attention_heads":64,
             "num_key_value_heads":8,"intermediate_size":28672,"vocab_size":128256}
            """)
        #expect(
            model.layers[0].attention?.mechanism
                == .groupedQuery(.init(queryHeads: 64, keyValueHeads: 8, keyDimension: 128)))
        #expect(!model.isMixture)
    }

    @Test("gpt-oss: every other layer slides, with and without a list of layer types")
    func gptOSS() throws {
        let body = """
            {"model_type":"gpt_oss","hidden_size":2880,"num_hidden_layers":4,"num_attention_heads":64,
             "num_key_value_heads":8,"head_dim":64,"intermediate_size":2880,"num_local_experts":128,
             "num_experts_per_tok":4,"sliding_window":128,"vocab_size":201088
            """
        let implied = try model(body + "}")
        let listed = try model(
            body + #","layer_types":["sliding_attention","full_attention","sliding_attention","full_attention"]}"#)
        #expect(implied.layers == listed.layers)
        #expect(implied.layers.map(\.count) == [2, 2])
        #expect(implied.layers.map(\.attention?.span) == [.window(tokens: 128), .full])
        #expect(implied.experts == 128)
    }

    @Test("Llama 4 inside a multimodal configuration: chunked layers, every second a mixture with a shared expert")
    func llama4() throws {
        let model = try model(
            """
            {"model_type":"llama4","text_config":{"model_type":"llama4_text","hidden_size":5120,"num_hidden_layers":8,
             "num_attention_heads":40,"num_key_value_heads":8,"head_dim":128,"intermediate_size":8192,
             "intermediate_size_mlp":16384,"num_local_experts":128,"num_experts_per_tok":1,"moe_layers":[1,3,5,7],
             "no_rope_layers":[1,1,1,0,1,1,1,0],"attention_chunk_size":8192,"vocab_size":202048}}
            """)
        // Dense and chunked, a mixture and chunked, a mixture and full.
        #expect(model.layers.map(\.count) == [4, 2, 2])
        #expect(model.layers.filter { $0.attention?.span == .full }.map(\.count) == [2])
        #expect(
            model.layers.contains {
                $0.feedForward
                    == .mixture(.init(experts: 128, active: 1, intermediate: 8192, sharedIntermediate: 8192))
            })
    }

    @Test("Step-3: factorised attention, mixtures where the list says")
    func step3() throws {
        let model = try model(
            """
            {"model_type":"step3_text","hidden_size":7168,"num_hidden_layers":6,"num_attention_heads":64,
             "num_attention_groups":1,"head_dim":256,"share_q_dim":2048,"intermediate_size":18432,
             "moe_layers_enum":"4,5","moe_num_experts":48,"moe_top_k":3,"moe_intermediate_size":5120,
             "share_expert_dim":5120,"vocab_size":128815}
            """)
        #expect(
            model.layers[0].attention?.mechanism == .factorised(queryHeads: 64, headDimension: 256, queryRank: 2048))
        #expect(model.layers.map(\.count) == [4, 2])
    }

    @Test(
        "A missing or impossible field is named",
        arguments: [
            ("\"hidden_size\":7168,", "", "hidden_size"), ("\"num_hidden_layers\":61,", "", "num_hidden_layers"),
            ("\"num_attention_heads\":128,", "", "num_attention_heads"), ("\"v_head_dim\":128,", "", "v_head_dim"),
            ("\"qk_rope_head_dim\":64,", "", "qk_rope_head_dim"),
            ("\"num_experts_per_tok\":8,", "", "num_experts_per_tok"),
            ("\"hidden_size\":7168", "\"hidden_size\":\"7168\"", "hidden_size"),
            ("\"hidden_size\":7168", "\"hidden_size\":0", "hidden_size"),
            ("\"hidden_size\":7168", "\"hidden_size\":1e11", "hidden_size"),
            ("\"num_experts_per_tok\":8", "\"num_experts_per_tok\":300", "num_experts_per_tok"),
            ("\"num_hidden_layers\":61", "\"num_hidden_layers\":1e9", "num_hidden_layers"),
            ("\"kv_lora_rank\":512", "\"kv_lora_rank\":-1", "kv_lora_rank"),
        ])
    func fields(old: String, new: String, field: String) throws {
        #expect(Self.deepseek.contains(old))
        let error = #expect(throws: InvalidInput.self) {
            try model(Self.deepseek.replacing(old, with: new))
        }
        #expect(error?.field == field, "\(String(describing: error))")
    }
}
