import ContractTestSupport
import JSON
import Testing

@Suite("Jitter, occupancy and speculation in requests")
struct ScatterTests {
    static let named = """
        {"model": "deepseek-v3", "attention": {"device": "h800", "data_parallel": 8},
         "ffn": {"device": "h800", "expert_parallel": 32}}
        """

    @Test("Jitter lengthens the cycle, occupancy takes tokens away, in theory and simulation alike")
    func both() throws {
        let plain = try Reply("/v1/size", Sample.size())
        let jitter = try Reply("/v1/size", Sample.size(#""jitter": {"attention_cv": 0.05}"#))
        #expect(jitter.status == 200, "\(jitter.errors)")
        #expect(
            jitter.number("recommendation", "throughput_per_instance")
                < plain.number("recommendation", "throughput_per_instance"))
        let half = #""occupancy": 0.5"#
        let size = try Reply("/v1/size", Sample.size(batch: "512", half))
        #expect(
            size.number("recommendation", "throughput_per_instance")
                < plain.number("recommendation", "throughput_per_instance"))
        let ratio = Int(size.number("recommendation", "ratio"))
        // Steps of few slots are simulated soon enough for a debug build on a busy machine.
        for more in [half, half + #", "jitter": {"attention_cv": 0.03, "ffn_cv": 0.03}"#] {
            let theory = try Reply(
                "/v1/size", Sample.size(batch: "32", more + #", "include": ["curve"], "max_ratio": \#(ratio)"#))
            let simulated = try Reply(
                "/v1/simulate",
                Sample.size(batch: "32", more + #", "ratios": [\#(ratio)], "requests_per_instance": 1000"#))
            #expect(simulated.status == 200, "\(simulated.errors)")
            let point = try #require(simulated.root["points"]?.elements.first { _ in true })
            let curve = try #require(theory.root["curve"]?.elements.map { $0 }.last)
            for name in ["cycle_us", "throughput_per_instance"] as [StaticString] {
                let value = try #require(point[name]?.number)
                #expect(isClose(try #require(curve[name]?.number), value, 0.03))
            }
        }
    }

    @Test("The depth of speculation is an answer")
    func depth() throws {
        func size(_ speculation: String) throws -> Reply {
            try Reply("/v1/size", Sample.size(hardware: Self.named, batch: "128", #""speculation": \#(speculation)"#))
        }
        let chosen = try size(#"{"acceptance": [0.85, 0.7, 0.5]}"#)
        #expect(chosen.status == 200, "\(chosen.errors)")
        let depth = Int(chosen.number("speculation", "draft_tokens"))
        let kept = [0, 0.85, 1.55, 2.05]
        #expect(isClose(chosen.number("speculation", "tokens_per_step"), 1 + kept[depth]))
        // The same as each depth by itself, and the best of them.
        for other in 1...3 {
            let fixed = try size(#"{"draft_tokens": \#(other), "accepted": \#(kept[other])}"#)
            let throughput = fixed.number("recommendation", "throughput_per_instance")
            let best = chosen.number("recommendation", "throughput_per_instance")
            #expect(throughput <= best * (1 + 1e-9))
            if other == depth { #expect(isClose(throughput, best, 1e-9)) }
        }
        #expect(try size(#"{"acceptance": [0, 0]}"#).number("speculation", "draft_tokens") == 0)
        let planned = try Reply(
            "/v1/plan",
            #"{"workload": {"prefill": 100, "decode": 500}, "hardware": \#(Self.named), "speculation": {"acceptance": [0.9, 0.8]}}"#
        )
        #expect(planned.status == 200, "\(planned.errors)")
        // What a plan with batches to choose finds best may be no drafting at all; it tells.
        let planDepth = Int(planned.number("deployment", "speculation", "draft_tokens"))
        #expect(isClose(planned.number("deployment", "speculation", "tokens_per_step"), [1, 1.9, 2.7][planDepth]))
    }

    @Test(
        "What is wrong is named",
        arguments: [
            (#""jitter": {}"#, "/jitter"), (#""jitter": {"attention_cv": 0.6}"#, "/jitter/attention_cv"),
            (#""jitter": {"cv": 0.1}"#, "/jitter/cv"), (#""jitter": 0.1"#, "/jitter"),
            (#""occupancy": 0"#, "/occupancy"), (#""occupancy": 1.5"#, "/occupancy"),
            (#""speculation": {"acceptance": [0.5, 0.6]}"#, "/speculation/acceptance/1"),
            (#""speculation": {"acceptance": []}"#, "/speculation/acceptance"),
            (#""speculation": {"acceptance": [0.5], "draft_tokens": 1}"#, "/speculation/draft_tokens"),
            (
                #""speculation": {"draft_tokens": 1, "accepted": 0.5, "draft_us_per_token": 3}"#,
                "/speculation/draft_us_per_token"
            ),
        ])
    func wrong(more: String, pointer: String) throws {
        let reply = try Reply("/v1/size", Sample.size(hardware: Self.named, batch: "128", more))
        #expect(reply.status == 422)
        #expect(reply.errors.contains { $0.hasPrefix(pointer + " ") }, "\(reply.errors)")
    }

    @Test("Speculation needs hardware by name, and no simulation beside it")
    func needs() throws {
        let speculation = #""speculation": {"draft_tokens": 1, "accepted": 0.5}"#
        #expect(try Reply("/v1/size", Sample.size(speculation)).errors.contains { $0.hasPrefix("/speculation ") })
        let beside = speculation + #", "simulation": {"requests_per_instance": 1000}"#
        let reply = try Reply("/v1/size", Sample.size(hardware: Self.named, batch: "128", beside))
        #expect(reply.errors.contains { $0.hasPrefix("/speculation ") })
    }
}
