import JSON
import Testing

@Suite struct CatalogueRoutesTests {
    @Test func theCatalogueListsWhatCanBeNamed() async throws {
        try await LiveService.run { service in
            let list = try JSONDocument(parsing: service.ask("GET", "/v1/catalog").body).root
            for (kind, members) in [("devices", list["devices"]), ("models", list["models"])] {
                let ids = try #require(members).elements.compactMap { $0["id"]?.string }
                #expect(ids.count > 10)
                for id in ids {
                    let entry = service.ask("GET", "/v1/catalog/\(kind)/\(id)")
                    #expect(entry.status == 200)
                    #expect(try JSONDocument(parsing: entry.body).root["id"]?.string == id)
                }
            }
            #expect(service.ask("GET", "/v1/catalog/devices/none").status == 404)
            #expect(service.ask("GET", "/v1/catalog/devices/").status == 404)
            #expect(service.ask("POST", "/v1/catalog").fields["allow"] == "GET, HEAD, OPTIONS")
        }
    }

    @Test("A config.json shows what is read, and a model of the catalogue the same")
    func models() async throws {
        let body = """
            {"model_type":"llama","hidden_size":2048,"num_hidden_layers":16,"num_attention_heads":32,"num_key_value_heads":8,
             "head_dim":64,"intermediate_size":8192,"vocab_size":128256,"tie_word_embeddings":true,
             "time_step_limit":[0,Infinity],"quantization_config":{"quant_method":"fp8"}}
            """
        try await LiveService.run { service in
            let answer = service.ask("POST", "/v1/catalog/models?context=1000&kv=bf16", body: body)
            #expect(answer.status == 200)
            let root = try JSONDocument(parsing: answer.body).root
            // 16 layers × 2 × 8 heads × 64 × 2 bytes; the head is the embedding.
            #expect(root["kv_bytes_read"]?.integer == 32_768_000)
            #expect(root["total_parameters"]?.integer == 1_235_746_816)
            #expect(root["active_parameters"]?.integer == root["total_parameters"]?.integer)
            #expect(root["precision"]?["experts"]?.string == "fp8")
            #expect(root["precision"]?["source"]?.string == "quantization_config")
            #expect(root["layers"]?.count == 1)
            #expect(root["warnings"]?.count == 0)
            for (query, status) in [("?context=0", 422), ("?kv=secret", 422), ("?contxt=1", 400)] {
                #expect(service.ask("POST", "/v1/catalog/models" + query, body: body).status == status)
            }
            let named = service.ask("GET", "/v1/catalog/models/gpt-oss-120b?context=65536")
            let precision = try JSONDocument(parsing: named.body).root["precision"]
            #expect(precision?["experts"]?.string == "mxfp4" && precision?["attention"]?.string == "bf16")
            let refused = service.ask(
                "POST", "/v1/catalog/models",
                body: body.replacing("time_step_limit", with: "secret_attention_heads"))
            #expect(refused.status == 422)
            #expect(refused.body.contains("secret_attention_heads"))
        }
    }
}
