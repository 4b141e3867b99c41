import JSON
import Testing

@testable import SizingAPI

@Suite("GET /v1/size")
struct SizeQueryTests {
    @Test("A query by name is the POST of what it says, and what it leaves out is chosen and said")
    func query() async throws {
        try await LiveService.run { service in
            let path = "/v1/size?model=qwen3-235b-a22b&device=gb200&prefill=8192&decode=512"
            let chosen = service.ask("GET", path)
            #expect(chosen.status == 200, "\(chosen.body)")
            let root = try JSONDocument(parsing: chosen.body).root
            #expect((root["recommendation"]?["ratio"]?.integer ?? 0) >= 1)
            let assumptions = try #require(root["provenance"]?["assumptions"])
            #expect(assumptions.elements.contains { $0.string?.hasPrefix("batch_size ") == true })
            // The weights of 128 experts, published in bf16, take 454 GB: two devices of 198.7 GB do not hold them.
            #expect(assumptions.elements.contains { $0.equals("expert_parallel 4 chosen") })

            let full = service.ask(
                "GET", path + "&batch_size=64&microbatches=2&expert_parallel=4&data_parallel=4&tensor_parallel=1")
            let posted = service.post(
                "/v1/size",
                """
                {"workload": {"prefill": 8192, "decode": 512}, "batch_size": 64, "microbatches": 2,
                 "hardware": {"model": "qwen3-235b-a22b",
                  "attention": {"device": "gb200", "data_parallel": 4, "tensor_parallel": 1},
                  "ffn": {"device": "gb200", "expert_parallel": 4}, "communication": {"link": "scale_out"}}}
                """)
            #expect(full.status == 200)
            #expect(full.body == posted.body)
        }
    }

    @Test("What is wrong with a query is said")
    func wrong() async throws {
        try await LiveService.run { service in
            let cases = [
                ("?model=deepseek-v33&device=h800&prefill=1&decode=2", 422, "deepseek-v3"),
                ("?model=deepseek-v3&device=h900&prefill=1&decode=2", 422, "h800"),
                ("?model=deepseek-v3&device=h800&prefil=1&decode=2", 400, "prefill"),
                ("?model=deepseek-v3&device=h800&prefill=1&prefill=1&decode=2", 400, "twice"),
                ("?model=deepseek-v3&device=h800&prefill=1&decode=0", 422, "/decode"),
                ("?model=deepseek-v3&device=h800&prefill=nan&decode=2", 422, "/prefill"),
                ("?model=deepseek-v3&device=h800&prefill=1&decode=2&batch_size=1.5", 422, "/batch_size"),
                ("?model=deepseek-v3&device=h800&prefill=1&decode=2&tpot_ms=0.001", 422, "over the bound"),
                ("?model=deepseek-v3&device=h800&prefill=1&decode=2&link=wire", 422, "/link"),
                ("?model=deepseek-v3&device=h800&prefill=1", 422, "decode"),
            ]
            for (query, status, text) in cases {
                let answer = service.ask("GET", "/v1/size" + query)
                #expect(answer.status == status, "\(query) \(answer.body)")
                #expect(answer.body.contains(text), "\(query) \(answer.body)")
            }
        }
    }
}
