import ContractTestSupport
import JSON
import Testing

/// A part of a request that is given without one of its members says what was taken for it; given, the line is not there.
@Suite("Members that parts of requests leave out")
struct OmittedOptionTests {
    private static let workload = #""workload":{"prefill":1000,"decode":200}"#
    private static let named =
        #""hardware":{"model":"qwen3-30b-a3b","attention":{"device":"h200-sxm"},"#
        + #""ffn":{"device":"h200-sxm","expert_parallel":8}}"#
    private static let plan = #"{\#(workload),\#(named),"#
    private static let open = plan + #""arrivals":{"requests_per_second":5},"#
    private static let size = plan + #""batch_size":32,"#
    private static let replay =
        #"{\#(workload),"hardware":\#(Sample.hardware),"limits":{"tpot_ms":5},"replications":1,"deployment":"#
        + #"{"bundles":2,"bundle":{"attention_instances":4,"ffn_instances":1},"batch_size":16},"#
        + #""arrivals":{"process":"poisson","requests_per_second":20,"duration_s":20},"#

    /// A request without the member, the same with it, and the line that the first has and the second has not.
    static let cases: [(path: String, without: String, with: String, line: String)] = [
        (
            "/v1/size", size + #""speculation":{"draft_tokens":2,"accepted":1.2}}"#,
            size + #""speculation":{"draft_tokens":2,"accepted":1.2,"draft_us":0}}"#,
            "speculation: drafting takes no time"
        ),
        (
            "/v1/plan", plan + #""jitter":{"ffn_cv":0.05}}"#, plan + #""jitter":{"ffn_cv":0.05,"attention_cv":0}}"#,
            "jitter of the FFN alone"
        ),
        (
            "/v1/size", size + #""jitter":{"attention_cv":0.05}}"#,
            size + #""jitter":{"attention_cv":0.05,"ffn_cv":0}}"#, "jitter of Attention alone"
        ),
        (
            "/v1/plan", plan + #""demand":{"tokens_per_second":10000,"spare_instances":0}}"#,
            plan + #""demand":{"tokens_per_second":10000,"spare_instances":0,"headroom":0}}"#,
            "no headroom over the demand"
        ),
        (
            "/v1/plan", plan + #""demand":{"tokens_per_second":10000,"headroom":0}}"#,
            plan + #""demand":{"tokens_per_second":10000,"headroom":0,"spare_instances":0}}"#, "no spare instances"
        ),
        (
            "/v1/plan", plan + #""objective":"energy"}"#,
            plan + #""objective":"energy","power":{"devices":{"h200-sxm":700}}}"#,
            "power: that of the catalogue's devices"
        ),
        (
            "/v1/plan", open + #""prefill":{"device":"h200-sxm"}}"#,
            open + #""prefill":{"device":"h200-sxm","cached_fraction":0}}"#,
            "prefill: where the arrivals say nothing of it, no part of a prompt is cached"
        ),
        (
            "/v1/plan", open + #""prefill":{"device":"h200-sxm"}}"#,
            open + #""prefill":{"device":"h200-sxm","chunk_tokens":1000000}}"#,
            "prefill: a prompt is one pass, not chunks"
        ),
        (
            "/v1/plan", open + #""prefill":{"alpha_us":10,"beta_us":100}}"#,
            open + #""prefill":{"alpha_us":10,"beta_us":100,"gamma_us":0}}"#,
            "prefill: gamma_us 0: no time for pairs of tokens"
        ),
        (
            "/v1/plan", open + #""prefill":{"device":"h200-sxm"}}"#,
            open + #""prefill":{"device":"h200-sxm"},"transfer":{"bandwidth_gb_s":50}}"#,
            "the cache reaches the Attention pool in no time: no transfer"
        ),
        (
            "/v1/plan", open + #""prefill":{"device":"h200-sxm"},"transfer":{"bandwidth_gb_s":50}}"#,
            open + #""prefill":{"device":"h200-sxm"},"transfer":{"bandwidth_gb_s":50,"latency_us":0}}"#,
            "transfer: no latency beside the bytes"
        ),
        (
            "/v1/plan", open + #""prefill":{"device":"h200-sxm"},"transfer":{"bandwidth_gb_s":50}}"#,
            open + #""prefill":{"device":"h200-sxm"},"transfer":{"bandwidth_gb_s":50,"overlap":"none"}}"#,
            "transfer: begins when the prefill has ended"
        ),
        (
            "/v1/plan", open + #""prefill":{"device":"h200-sxm"},"transfer":{"bandwidth_gb_s":50}}"#,
            open
                + #""prefill":{"device":"h200-sxm"},"transfer":{"bandwidth_gb_s":50},"limits":{"transfer_utilisation":0.95}}"#,
            "transfer: the link is in use for at most 95 % of the time"
        ),
        (
            "/v1/replay", replay + #""policies":[{"policy":"target","metric":"slots","target":0.7}]}"#,
            replay + #""start_delay_s":180,"policies":[{"policy":"target","metric":"slots","target":0.7}]}"#,
            "an instance that is started serves after 180 s"
        ),
        (
            "/v1/replay", replay + #""policies":[{"policy":"target","metric":"slots","target":0.7}]}"#,
            replay + #""policies":[{"policy":"target","metric":"slots","target":0.7,"period_s":15}]}"#,
            "target: looks every 15 s"
        ),
        (
            "/v1/replay", replay + #""policies":["static","advice"]}"#,
            replay + #""policies":["static",{"policy":"advice","window_s":300}]}"#,
            "advice and oracle: the rate of a window of 300 s"
        ),
        (
            "/v1/replay", replay + #""policies":["static","advice"]}"#,
            replay + #""policies":["static",{"policy":"advice","hysteresis":0.1}]}"#,
            "advice: a pool shrinks by more than 10 % or not at all"
        ),
    ]

    @Test("Each has a line, and none where it is given", arguments: cases.indices)
    func line(index: Int) throws {
        let (path, without, with, line) = Self.cases[index]
        let less = try Reply(path, without)
        let whole = try Reply(path, with)
        #expect(less.status == 200 && whole.status == 200, "\(less.errors) \(whole.errors)")
        #expect(less.assumptions.contains(line), "\(less.assumptions)")
        #expect(!whole.assumptions.contains(line))
    }
}
