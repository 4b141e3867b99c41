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

    @Test("By name half-full slots take what half as many full ones do, the link and Attention's products, too")
    func occupiedByName() throws {
        // One rank, so that its number of requests is that of the batch.
        let hardware = Self.named.replacing("\"data_parallel\": 8", with: "\"tensor_parallel\": 8")
            .replacing("8}}", with: "8}, \"communication\": {\"load\": \"aggregate_batch\"}}")
        func size(_ batch: Int, _ more: String) throws -> Reply {
            let reply = try Reply(
                "/v1/size", Sample.size(hardware: hardware, batch: "\(batch)", more + "\"max_ratio\": 1"))
            #expect(reply.status == 200, "\(reply.errors)")
            return reply
        }
        let full = try size(64, "")
        let half = try size(128, "\"occupancy\": 0.5, ")
        for stage in ["attention", "ffn", "communication"] as [StaticString] {
            for name in ["alpha_us", "beta_us"] as [StaticString] {
                let value = full.number("coefficients", stage, name)
                #expect(abs(half.number("coefficients", stage, name) - value) <= 1e-9 * value, "\(stage) \(name)")
            }
        }
        #expect(
            isClose(
                half.number("mean_field", "throughput_per_instance"),
                full.number("mean_field", "throughput_per_instance"), 1e-9))
        // Memory is kept for all slots.
        #expect(
            half.number("memory", "attention_used_gb") > full.number("memory", "attention_used_gb") + 0.1)
    }

    @Test("A plan takes occupancy as a sizing does; with arrivals it is an answer")
    func planned() throws {
        let half = #""occupancy": 0.5"#
        for hardware in [Sample.hardware, Self.named] {
            let size = try Reply(
                "/v1/size", Sample.size(hardware: hardware, half + #", "max_ratio": 32, "barrier": "gaussian""#))
            let plan = try Reply("/v1/plan", Sample.size(hardware: hardware, half + #", "max_ratio": 32"#))
            #expect(plan.status == 200, "\(plan.errors)")
            #expect(plan.number("deployment", "ratio") == size.number("recommendation", "ratio"))
            for name in ["throughput_per_instance", "cycle_us"] as [StaticString] {
                #expect(
                    isClose(plan.number("deployment", name), size.number("recommendation", name), 1e-9), "\(name)")
            }
            let full = try Reply("/v1/plan", Sample.size(hardware: hardware, #""max_ratio": 32"#))
            #expect(plan.number("deployment", "throughput") < full.number("deployment", "throughput"))
            #expect(
                plan.number("colocated", "throughput_per_instance")
                    < full.number("colocated", "throughput_per_instance"))
        }
        let refused = try Reply("/v1/plan", Sample.size(half + #", "arrivals": {"requests_per_second": 40}"#))
        #expect(refused.status == 422)
        #expect(refused.errors.contains { $0.hasPrefix("/occupancy ") && $0.contains("is an answer") })
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
