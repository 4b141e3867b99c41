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

    /// Nearly every request ends after its first step here, so that nearly every step takes no time.
    @Test func aThroughputWithoutEndIsRefusedByItsName() throws {
        let reply = try Reply(
            "/v1/simulate",
            """
            {"workload": {"prefill": 0, "decode": 1.0000000000000002}, "batch_size": 2, "ratios": [2], "hardware":
             {"attention": {"alpha_us": 1e12, "beta_us": 0}, "ffn": {"alpha_us": 0, "beta_us": 0}}}
            """)
        #expect(reply.status == 422)
        #expect(String(decoding: reply.body, as: UTF8.self).contains("throughput_per_instance is beyond the numbers"))
    }
}
