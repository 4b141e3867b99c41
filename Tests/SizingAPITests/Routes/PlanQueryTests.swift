import JSON
import Testing

@testable import SizingAPI

@Suite("GET /v1/plan")
struct PlanQueryTests {
    @Test("A query by name is the POST of what it says, with the replicas of each pool")
    func query() async throws {
        try await LiveService.run { service in
            let path =
                "/v1/plan?model=deepseek-v3&device=h200-sxm&prefill=4000&decode=400&requests_per_second=30&ttft_ms=4000"
                + "&tpot_ms=100&data_parallel=8&expert_parallel=16&tensor_parallel=1&max_ratio=8"
            let chosen = service.ask("GET", path)
            #expect(chosen.status == 200, "\(chosen.body)")
            let root = try JSONDocument(parsing: chosen.body).root
            for name in ["prefill_instances", "attention_instances", "ffn_instances"] as [StaticString] {
                #expect((root["deployment"]?[name]?.integer ?? 0) >= 1)
            }
            let posted = service.post(
                "/v1/plan",
                """
                {"workload": {"prefill": 4000, "decode": 400}, "arrivals": {"requests_per_second": 30},
                 "hardware": {"model": "deepseek-v3",
                  "attention": {"device": "h200-sxm", "data_parallel": 8, "tensor_parallel": 1},
                  "ffn": {"device": "h200-sxm", "expert_parallel": 16}, "communication": {"link": "scale_out"}},
                 "prefill": {"device": "h200-sxm", "tensor_parallel": 8}, "objective": "devices",
                 "limits": {"ttft_ms": 4000, "tpot_ms": 100}, "max_ratio": 8, "microbatches": 2}
                """)
            #expect(posted.status == 200)
            #expect(chosen.body == posted.body)
        }
    }

    @Test("What is wrong with a query is said")
    func wrong() async throws {
        try await LiveService.run { service in
            let cases = [
                ("?model=deepseek-v33&device=h800&prefill=1&decode=2&requests_per_second=1", 422, "deepseek-v3"),
                ("?model=deepseek-v3&device=h800&prefill=1&decode=2", 422, "requests_per_second"),
                (
                    "?model=deepseek-v3&device=h800&prefill=1&decode=2&requests_per_second=0", 422,
                    "/requests_per_second"
                ),
                ("?model=deepseek-v3&device=h800&prefill=1&decode=2&requests_per_sec=1", 400, "requests_per_second"),
                (
                    "?model=deepseek-v3&device=h800&prefill_device=h9&prefill=1&decode=2&requests_per_second=1", 422,
                    "h9"
                ),
                (
                    "?model=deepseek-v3&device=h800&prefill=9000&decode=2&requests_per_second=1&ttft_ms=1", 422,
                    "/limits/ttft_ms"
                ),
            ]
            for (query, status, message) in cases {
                let reply = service.ask("GET", "/v1/plan" + query)
                #expect(reply.status == status, "\(query)")
                #expect(reply.body.contains(message), "\(query)")
            }
        }
    }
}
