import Testing

@Suite("POST /v1/workload")
struct WorkloadRouteTests {
    static let rows = (1...400).map { (prefill: 50 + $0 * 7 % 301, decode: 1 + $0 * $0 % 97) }
    static let csv = "isl,osl\n" + rows.map { "\($0.prefill),\($0.decode)\n" }.joined()

    @Test("a trace above the service's limit gets 413, one below it works")
    func traceLimit() async throws {
        try await LiveService.run(traceLimit: 1000) { service in
            let csv = ["Content-Type: text/csv"]
            let small = "isl,osl\n" + String(repeating: "10,20\n", count: 160)
            #expect(small.utf8.count < 1000)
            #expect(service.ask("POST", "/v1/workload", fields: csv, body: small).status == 200)
            let large = small + small
            #expect(service.ask("POST", "/v1/workload", fields: csv, body: large).status == 413)
            let chunked = csv + ["Transfer-Encoding: chunked"]
            let chunk = "\(String(large.utf8.count, radix: 16))\r\n\(large)\r\n0\r\n\r\n"
            #expect(service.ask("POST", "/v1/workload", fields: chunked, chunks: chunk).status == 413)
        }
    }

    private static let scrape = """
        vllm:request_prompt_tokens_bucket{le="500.0"} 120.0
        vllm:request_prompt_tokens_bucket{le="+Inf"} 200.0
        vllm:request_prompt_tokens_sum 101000.0
        vllm:request_generation_tokens_bucket{le="100.0"} 90.0
        vllm:request_generation_tokens_bucket{le="+Inf"} 200.0
        vllm:request_generation_tokens_sum 42000.0

        """

    @Test(
        "metrics are read by what they say they are, and as curl sends them",
        arguments: [
            "text/plain; version=0.0.4; charset=utf-8", "application/openmetrics-text; version=1.0.0",
            "application/x-www-form-urlencoded", "application/json",
        ])
    func metrics(type: String) async throws {
        try await LiveService.run { service in
            let answer = service.ask("POST", "/v1/workload", fields: ["Content-Type: \(type)"], body: Self.scrape)
            #expect(
                answer.status == 200 && answer.body.contains("\"span\":\"total\"")
                    && answer.body.contains("\"mean\":505"))
            let chosen = "/v1/workload?prefill_column=vllm:request_generation_tokens"
            #expect(service.ask("POST", chosen, fields: ["Content-Type: \(type)"], body: Self.scrape).status == 422)
        }
    }

    @Test("the live service streams, inflates, and refuses what it cannot use")
    func live() async throws {
        try await LiveService.run { service in
            let csv = ["Content-Type: text/csv"]
            #expect(service.ask("POST", "/v1/workload", fields: csv, body: Self.csv).status == 200)
            #expect(service.ask("POST", "/v1/workload?decode_column=x", fields: csv, body: Self.csv).status == 422)
            #expect(service.ask("POST", "/v1/workload?column=x", fields: csv, body: Self.csv).status == 400)
            let first = service.ask("POST", "/v1/workload?first_token_from_prefill", fields: csv, body: Self.csv)
            #expect(first.status == 200 && first.body.contains("less one"))
            #expect(service.ask("POST", "/v1/workload", fields: ["Content-Type: image/png"], body: "x").status == 415)
            let line = "isl,osl\n" + String(repeating: "1", count: 2_000_000)
            #expect(service.ask("POST", "/v1/workload", fields: csv, body: line).status == 422)
        }
    }
}
