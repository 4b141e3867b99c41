import Hardware
import JSON
import Testing
import Text

/// What a body leaves out is a default of its family's code, and those differ: `script/check/model-families` takes each key
/// out of each class's defaults and compares.
@Suite("Keys that are not guessed")
struct RequiredKeyTests {
    private static let grouped =
        #""hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,"num_key_value_heads":2,"head_dim":32,"#
        + #""vocab_size":1000,"intermediate_size":512"#
    private static let latent =
        #""hidden_size":256,"num_hidden_layers":6,"num_attention_heads":8,"kv_lora_rank":64,"q_lora_rank":null,"#
        + #""qk_rope_head_dim":16,"qk_nope_head_dim":32,"v_head_dim":24,"vocab_size":1000,"intermediate_size":512"#
    private static let experts =
        #","num_experts":8,"num_experts_per_tok":2,"moe_intermediate_size":96,"num_shared_experts":1,"#
        + #""first_k_dense_replace":1"#

    /// By which of several names a missing key is asked for.
    private static let firstNames = [
        "n_routed_experts": "num_experts", "num_local_experts": "num_experts", "num_shared_experts": "n_shared_experts",
        "moe_layer_freq": "first_k_dense_replace",
    ]

    /// A body, and the keys that it cannot do without.
    static let bodies: [(body: String, keys: [String])] = [
        (#"{"model_type":"mistral","sliding_window":null,\#(grouped)}"#, ["num_key_value_heads", "sliding_window"]),
        (#"{"model_type":"qwen3",\#(grouped)}"#, ["num_key_value_heads", "head_dim"]),
        (
            #"{"model_type":"llama4_text",\#(grouped),"num_local_experts":8,"num_experts_per_tok":1}"#,
            ["num_key_value_heads", "head_dim", "num_local_experts"]
        ),
        (
            #"{"model_type":"gpt_oss",\#(grouped),"num_local_experts":8,"num_experts_per_tok":2,"sliding_window":64}"#,
            ["num_key_value_heads", "head_dim", "num_local_experts"]
        ),
        (
            #"{"model_type":"deepseek_v3",\#(latent)\#(experts)}"#,
            ["q_lora_rank", "num_experts", "moe_intermediate_size", "num_shared_experts", "first_k_dense_replace"]
        ),
        (
            #"{"model_type":"glm4_moe",\#(grouped)\#(experts)}"#,
            ["num_key_value_heads", "moe_intermediate_size", "num_shared_experts", "first_k_dense_replace"]
        ),
        (
            #"{"model_type":"mimo_v2_flash",\#(grouped),"n_routed_experts":8,"num_experts_per_tok":2,"moe_intermediate_size":96,"v_head_dim":24,"sliding_window":64,"swa_num_key_value_heads":4,"hybrid_layer_pattern":[0,1,1,1,1,0],"moe_layer_freq":[0,1,1,1,1,1]}"#,
            ["swa_num_key_value_heads", "v_head_dim", "moe_layer_freq", "head_dim"]
        ),
        (#"{"model_type":"gemma2","sliding_window":64,\#(grouped)}"#, ["sliding_window"]),
        (#"{"model_type":"gemma3_text","sliding_window":64,\#(grouped)}"#, ["sliding_window"]),
        (#"{"model_type":"cohere2","sliding_window":64,\#(grouped)}"#, ["sliding_window"]),
        (#"{"model_type":"exaone4","sliding_window":64,\#(grouped)}"#, ["sliding_window"]),
        (#"{"model_type":"olmo3","sliding_window":64,\#(grouped)}"#, ["sliding_window"]),
        (#"{"model_type":"deepseek_v3","moe_layer_freq":1,\#(latent)\#(experts)}"#, ["first_k_dense_replace"]),
        (#"{"model_type":"nobody_knows",\#(grouped)}"#, ["num_key_value_heads"]),
        (#"{"model_type":"nobody_knows","architectures":["LlamaForCausalLM"],\#(grouped)}"#, ["num_key_value_heads"]),
    ]

    @Test("A missing key is refused by name", arguments: bodies.indices)
    func missing(index: Int) throws {
        let (body, keys) = Self.bodies[index]
        #expect(try model(body).parameters > 0)
        for key in keys {
            let shorter = try without(key, body)
            let error = #expect(throws: InvalidInput.self, "\(key) of \(body)") { try model(shorter) }
            #expect(error?.field == Self.firstNames[key] ?? key)
        }
    }

    @Test("Without a vocabulary the missing weights are told")
    func vocabulary() throws {
        let model = try model(try without("vocab_size", #"{"model_type":"llama",\#(Self.grouped)}"#))
        #expect(model.warnings.map(\.code) == ["missing_vocabulary"])
    }

    @Test("A vocabulary of null is told as one that is missing; one of none is refused")
    func noVocabulary() throws {
        let body = try without("vocab_size", #"{"model_type":"llama",\#(Self.grouped)}"#)
        let unknown = try model(body.replacing("{", with: #"{"vocab_size":null,"#, maxReplacements: 1))
        #expect(unknown.warnings.map(\.code) == ["missing_vocabulary"])
        let error = #expect(throws: InvalidInput.self) {
            try model(body.replacing("{", with: #"{"vocab_size":0,"#, maxReplacements: 1))
        }
        #expect(error?.field == "vocab_size")
    }

    @Test("Whether embedding and head are one matrix is true or false, and told where nobody says it")
    func tied() throws {
        for value in [#""true""#, "1", "[]"] {
            let error = #expect(throws: InvalidInput.self) {
                try model(#"{"model_type":"llama","tie_word_embeddings":\#(value),\#(Self.grouped)}"#)
            }
            #expect(error?.field == "tie_word_embeddings")
        }
        let unknown = #"{"model_type":"nobody_knows",\#(Self.grouped)}"#
        #expect(try model(unknown).warnings.map(\.code) == ["model_defaults", "unknown_family"])
        let stated = #"{"model_type":"nobody_knows","tie_word_embeddings":true,\#(Self.grouped)}"#
        #expect(try model(stated).warnings.map(\.code) == ["unknown_family"])
    }

    @Test(
        "Gemma 3's defaults are told of each number that the body leaves out",
        arguments: ["num_attention_heads", "num_key_value_heads", "head_dim"])
    func gemmaDefaults(key: String) throws {
        let body = #"{"model_type":"gemma3_text","sliding_window":64,\#(Self.grouped)}"#
        #expect(try model(body).warnings.isEmpty)
        #expect(try model(without(key, body)).warnings.map(\.code) == ["model_defaults"])
    }

    @Test("A number for each layer is taken where all are the same, and refused by name where they differ")
    func perLayer() throws {
        func hunyuan(_ picks: String) throws -> ModelDescription {
            try model(
                #"{"model_type":"hunyuan_v1_moe",\#(Self.grouped),"num_experts":8,"moe_topk":\#(picks),"moe_intermediate_size":[96,96,96,96,96,96],"num_shared_expert":[1,1,1,1,1,1]}"#
            )
        }
        #expect(try hunyuan("[2,2,2,2,2,2]") == hunyuan("2"))
        for picks in ["[2,2,2,2,2,1]", "[2,2,2,2,2]", "[]", #"["2","2","2","2","2","2"]"#, "[[2],2,2,2,2,2]"] {
            let error = #expect(throws: InvalidInput.self) { try hunyuan(picks) }
            #expect(error?.field == "moe_topk")
        }
    }

    @Test("An empty list of layers without rotary positions is none, as the modelling code has it")
    func emptyList() throws {
        let keys = #""num_local_experts":8,"num_experts_per_tok":1,"attention_chunk_size":64"#
        let plain = try model(#"{"model_type":"llama4_text",\#(Self.grouped),\#(keys)}"#)
        #expect(try model(#"{"model_type":"llama4_text",\#(Self.grouped),\#(keys),"no_rope_layers":[]}"#) == plain)
    }

    @Test("Ling's linear layers have the sizes that transformers writes for them")
    func linearSizes() throws {
        let keys = #""short_conv_kernel_size":4,"layer_group_size":2,"num_key_value_heads":8"#
        let own = try model(#"{"model_type":"bailing_hybrid","head_dim":32,\#(keys),\#(Self.latent)\#(Self.experts)}"#)
        let apart = try model(
            #"{"model_type":"bailing_hybrid","head_dim":16,"linear_head_dim":32,"linear_num_heads":8,\#(keys),\#(Self.latent)\#(Self.experts)}"#
        )
        #expect(own.parameters == apart.parameters)
        #expect(own.stateBytes() == apart.stateBytes())
    }

    private func model(_ body: String) throws -> ModelDescription {
        try Catalogue.model(configuration: try JSONDocument(parsing: body).root)
    }

    /// The body without one of its members.
    private func without(_ key: String, _ body: String) throws -> String {
        let root = try JSONDocument(parsing: body).root
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in root.members where name.string != key {
            writer.name(name.string ?? "")
            writer.value(value)
        }
        writer.endObject()
        return String(decoding: try writer.finish(), as: UTF8.self)
    }
}
