import ContractTestSupport
import Testing

/// Hardware that takes no time is refused by name, wherever it is sent.
@Suite struct ZeroLatencyTests {
    static let zero = """
        {"attention": {"alpha_us": 0, "beta_us": 0}, "ffn": {"alpha_us": 0, "beta_us": 0}}
        """
    static let workload = "{\"prefill\": 100, \"decode\": 500}"

    @Test(arguments: [
        ("/v1/size", ""), ("/v1/size", ", \"microbatches\": 2"), ("/v1/simulate", ", \"ratios\": [2]"),
        ("/v1/simulate", ", \"ratios\": [2], \"microbatches\": 2"),
        ("/v1/plan", ""),
    ])
    func isRefused(path: String, more: String) throws {
        let reply = try Reply(
            path, "{\"workload\": \(Self.workload), \"hardware\": \(Self.zero), \"batch_size\": 8\(more)}")
        #expect(reply.status == 422)
        #expect(reply.errors == ["/hardware must make a step take time: every latency is zero, or below 1e-9 us"])
    }
}
