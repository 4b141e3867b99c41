import ContractTestSupport
import Testing

@testable import SizingAPI

/// Work that its client has left.
@Suite(.timeLimit(.minutes(1))) struct StopLiveTests {
    /// Minutes of work in a debug build.
    private static let plan = """
        {"workload": {"prefill": 100, "decode": 500}, "hardware": {"model": "deepseek-v3",
         "attention": {"device": ["h100-sxm", "h200-sxm", "a100-sxm-80g", "l40s", "b200", "gb200", "b300", "gb300"]},
         "ffn": {"device": ["h100-sxm", "h200-sxm", "a100-sxm-80g", "l40s", "b200", "gb200", "b300", "gb300"],
                 "expert_parallel": 32}},
         "max_ratio": 10000, "max_ffn_instances": 16, "limits": {"max_batch": 10000000}}
        """

    @Test("A plan whose client resets the connection ends, and its thread is free again")
    func reset() async throws {
        try await LiveService.run { service in
            try await service.resetDuringPost("/v1/plan", Self.plan)
            #expect(service.post("/v1/size", Sample.size()).status == 200)
        }
    }
}
