import ContractTestSupport
import JSON
import TestSupport
import Testing

@testable import SizingContract

/// `POST /v1/replay`.
@Suite("Replays") struct ReplayTests {
    private static let trace: String =
        #""trace": {"arrival_s": [0, 0.4, 0.4, 1], "prefill": [900, 1200, 50, 0], "decode": [210, 80, 1, 5]}"#
    private static let process: String =
        #""arrivals": {"process": "poisson", "requests_per_second": 2000, "duration_s": 0.5}, "workload": {"prefill": 100, "decode": 20}"#

    private static func replay(
        _ more: String, deployment: String = #"{"bundles": 2, "bundle": {"attention_instances": 4}, "batch_size": 8}"#
    ) throws -> Reply {
        try Reply("/v1/replay", "{\"hardware\": \(Sample.hardware), \"deployment\": \(deployment), \(more)}")
    }

    @Test("t_C by name follows the requests that are there, not the slots")
    func linkFollowsRequests() throws {
        // Some twenty requests are present, far below the slots of either.
        let pace = try [64, 2304].map { batch in
            let reply = try Reply(
                "/v1/replay",
                """
                {"hardware": {"model": "deepseek-v3", "attention": {"device": "h800", "data_parallel": 8},
                "ffn": {"device": "h800", "expert_parallel": 32}, "communication": {"link": "scale_out"}},
                "deployment": {"bundles": 1, "bundle": {"attention_instances": 1}, "batch_size": \(batch), "microbatches": 2},
                "arrivals": {"process": "poisson", "requests_per_second": 5.5, "duration_s": 60},
                "workload": {"prefill": 1155, "decode": 211}}
                """)
            #expect(reply.status == 200, "\(reply.errors)")
            return try #require(reply.root["policies"]?.elements.first { _ in true }?["tpot_ms"]?["mean"]?.number)
        }
        #expect(relativeError(pace[1], pace[0]) < 0.05, "\(pace)")
    }

    @Test("every request is accounted for, in every pool and policy")
    func whole() throws {
        let reply = try Self.replay(
            """
            \(Self.process), "prefill": {"alpha_us": 2, "beta_us": 300}, "transfer": {"bandwidth_gb_s": 100, "kv_bytes_per_token": 70000},
            "limits": {"ttft_ms": 2, "tpot_ms": 0.2, "wait_ms": 1}, "replications": 2, "start_delay_s": 0.05,
            "prices": {"attention_instance": 3, "ffn_instance": 2, "prefill_instance": 1},
            "policies": ["static", {"policy": "target", "metric": "slots", "target": 0.5}, {"policy": "advice", "every_s": 1, "window_s": 1}, "oracle"]
            """,
            deployment:
                #"{"bundles": 2, "bundle": {"attention_instances": 4}, "batch_size": 8, "prefill_instances": 3}"#)
        #expect(reply.status == 200, "\(reply.errors)")
        let sides = try #require(reply.root["policies"]).elements
        #expect(sides.compactMap { $0["name"]?.string } == ["static", "target", "advice", "oracle"])
        for side in sides {
            #expect(side["requests"]?.integer == reply.root["requests"]?.integer)
            let sum = ["completed", "abandoned", "rejected"].reduce(0) {
                $0 + (side[$1 as StaticString]?.integer ?? -1)
            }
            #expect(sum == side["requests"]?.integer)
            let series = side["series"]?.elements.reduce(0) { $0 + ($1["arrivals"]?.integer ?? 0) } ?? 0
            // The series is that of the first of two courses.
            #expect(series > 800 && series < 1200)
            let pools = try #require(side["pools"])
            for name in ["prefill", "attention", "ffn", "transfer"] as [StaticString] {
                let busy = try #require(pools[name]?["utilisation"]?.number)
                #expect(busy > 0 && busy < 1)
                #expect(isClose(pools[name]?["idle"]?.number ?? 9, 1 - busy))
            }
            func hours(_ name: StaticString) -> Double { pools[name]?["instance_hours"]?.number ?? .nan }
            let all = hours("attention") + hours("ffn") + hours("prefill")
            #expect(isClose(side["device_hours"]?.number ?? 0, all))
            #expect(isClose(side["cost"]?.number ?? 0, 3 * hours("attention") + 2 * hours("ffn") + hours("prefill")))
            #expect(side["energy_kwh"]?.kind == .null)
            let ttft = try #require(side["ttft_ms"])
            #expect((ttft["p50"]?.number ?? 9) <= ttft["p99"]?.number ?? 0)
            #expect(ttft["mean_interval"]?.count == 2)
        }
        #expect(reply.root["verdict"]?.string?.hasSuffix(".") == true)
    }

    @Test(
        "what a plan answers is taken as it is, saturated or with arrivals",
        arguments: ["", #", "arrivals": {"requests_per_second": 900}"#])
    func plans(more: String) throws {
        let lengths = #"{"prefill": 100, "decode": 20}"#
        let request = "{\"workload\": \(lengths), \"hardware\": \(Sample.hardware), \"max_ratio\": 8\(more)}"
        let plan = try Reply("/v1/plan", request)
        #expect(plan.status == 200, "\(plan.errors)")
        let reply = try Self.replay(Self.trace, deployment: String(decoding: plan.body, as: UTF8.self))
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(reply.number("completed") == 4)
    }

    @Test("the same request gives the same bytes, whatever the threads")
    func determinism() throws {
        let text = "\(Self.process), \"routing\": \"random\", \"policies\": [\"static\"], \"replications\": 3"
        #expect(try Self.replay(text).body == Self.replay(text).body)
        #expect(try Self.replay(text + ", \"seed\": 2").body != Self.replay(text).body)
    }

    @Test("a trace by its columns: twice as fast is half as long, and what is cached is not prefilled")
    func trace() throws {
        let plain = try Self.replay(Self.trace)
        #expect(plain.status == 200)
        #expect(plain.root["completed"]?.integer == 4)
        #expect(plain.number("duration_s") >= 1 && plain.number("duration_s") < 1.01)
        #expect(plain.root["goodput"]?["fraction"]?.number == 1)
        let fast = try Self.replay(Self.trace + ", \"speed\": 2")
        #expect(fast.number("duration_s") >= 0.5 && fast.number("duration_s") < 0.51)
        let deployment =
            #"{"bundles": 1, "bundle": {"attention_instances": 1}, "batch_size": 8, "prefill_instances": 1}"#
        let prefill = "\"prefill\": {\"alpha_us\": 10, \"beta_us\": 100}"
        let whole = try Self.replay("\(Self.trace), \(prefill)", deployment: deployment)
        // 900, 1,200, 50 and no tokens.
        #expect(isClose(whole.number("pools", "prefill", "utilisation") * whole.number("duration_s"), 21_900e-6, 1e-9))
        let columns = Self.trace.dropLast() + ", \"cached\": [900, 200, 0, 0]}"
        let cached = try Self.replay("\(columns), \(prefill)", deployment: deployment)
        #expect(
            isClose(cached.number("pools", "prefill", "utilisation") * cached.number("duration_s"), 10_900e-6, 1e-9))
    }

    @Test("what /v1/plan answers can be replayed, whole or its deployment; a codec and names too")
    func plan() throws {
        let hardware =
            #"{"model": "deepseek-v3", "attention": {"device": "h800", "data_parallel": 8}, "ffn": {"device": "h800", "expert_parallel": 64}}"#
        let plan = try Reply(
            "/v1/plan",
            "{\"workload\": {\"prefill\": 1000, \"decode\": 200}, \"hardware\": \(hardware), \"demand\": {\"requests_per_second\": 20}}"
        )
        #expect(plan.status == 200, "\(plan.errors)")
        for deployment in [plan.body, Array(try #require(plan.root["deployment"]).canonicalText())] {
            let text = String(decoding: deployment, as: UTF8.self)
            let reply = try Reply(
                "/v1/replay",
                """
                {"hardware": \(hardware), "deployment": \(text), "arrivals": {"process": "gamma", "cv": 2, "requests_per_second": 20, "duration_s": 20},
                "workload": {"prefill": 1000, "decode": 200}, "replications": 1}
                """)
            #expect(reply.status == 200, "\(reply.errors)")
            #expect(reply.number("energy_kwh") > 0)
            #expect(reply.number("device_hours") > 0)
        }
    }

    @Test("a plan for arrivals is replayed as it was answered, with its prefill instances and its routing")
    func openPlan() throws {
        let prefill = #""prefill": {"device": "h800", "tensor_parallel": 16, "cached_fraction": 0.25}"#
        let hardware =
            #""hardware": {"model": "deepseek-v3", "attention": {"device": "h800", "data_parallel": 8}, "ffn": {"device": "h800", "expert_parallel": 64}}"#
        let terms =
            "\(hardware), \(prefill), \"limits\": {\"ttft_ms\": 4000, \"tpot_ms\": 100}, \"workload\": {\"prefill\": 1000, \"decode\": 200}"
        let plan = try Reply(
            "/v1/plan",
            "{\(terms), \"arrivals\": {\"requests_per_second\": 20, \"dispersion\": 1.5}, \"routing\": \"random\"}")
        #expect(plan.status == 200, "\(plan.errors)")
        let whole = String(decoding: plan.body, as: UTF8.self)
        func replay(_ deployment: String, _ more: String = "", terms: String = terms) throws -> Reply {
            try Reply(
                "/v1/replay",
                """
                {\(terms), "deployment": \(deployment), "replications": 1\(more),
                "arrivals": {"process": "gamma", "cv": 1.2, "requests_per_second": 20, "duration_s": 60}}
                """)
        }
        let reply = try replay(whole)
        #expect(reply.status == 200, "\(reply.errors)")
        let planned = try #require(plan.value("deployment", "prefill_instances")?.number)
        #expect(reply.number("pools", "prefill", "instances", "mean") == planned)
        // The plan kept its limits, by the theory; so it does request by request.
        #expect(reply.number("goodput", "fraction") > 0.95)
        let alone = try #require(plan.root["deployment"])
        #expect(try replay(String(decoding: alone.canonicalText(), as: UTF8.self)).status == 200)
        // The routing of the plan holds, unless the request says otherwise.
        #expect(
            try replay(whole, ", \"routing\": \"random\"").number("tpot_ms", "p99") == reply.number("tpot_ms", "p99"))
        let shared = try replay(whole, ", \"routing\": \"least_loaded\"")
        #expect(shared.number("prefill_wait_ms", "mean") < reply.number("prefill_wait_ms", "mean"))
        let other = try replay(whole, terms: terms.replacing("\"h800\", \"tensor", with: "\"h20\", \"tensor"))
        #expect(other.errors.count == 1 && other.errors[0].hasPrefix("/deployment/deployment/prefill_device"))
        let bare = try replay(whole, terms: terms.replacing(prefill + ", ", with: ""))
        #expect(bare.root["warnings"]?.elements.contains { $0["code"]?.string == "prefill_left_out" } == true)
    }

    @Test("what a plan has chosen must be the request's hardware")
    func chosen() throws {
        let hardware =
            #"{"model": "deepseek-v3", "attention": {"device": "h800", "data_parallel": 8}, "ffn": {"device": "h800", "expert_parallel": 64}}"#
        func errors(_ more: String) throws -> [String] {
            try Reply(
                "/v1/replay",
                """
                {"hardware": \(hardware), \(Self.trace),
                "deployment": {"bundle": {"attention_instances": 4}, "batch_size": 8, \(more)}}
                """
            ).errors.map { String($0.prefix { $0 != " " }) }
        }
        #expect(
            try errors(
                #""parallel": {"attention": {"data_parallel": 8, "tensor_parallel": 1}, "ffn": {"expert_parallel": 64}}"#
            ) == [])
        #expect(
            try errors(#""parallel": {"attention": {"data_parallel": 4}, "ffn": {"expert_parallel": 32}}"#)
                == ["/deployment/parallel/attention/data_parallel", "/deployment/parallel/ffn/expert_parallel"])
        #expect(try errors(#""attention_device": "h20""#) == ["/deployment/attention_device"])
        #expect(try errors(#""speculation": {"draft_tokens": 0, "tokens_per_step": 1}"#) == [])
        #expect(
            try errors(#""speculation": {"draft_tokens": 2, "tokens_per_step": 2.1}"#) == ["/deployment/speculation"])
    }

    @Test("a day of many requests is within the bounds of the service: memory does not grow with their number")
    func day() throws {
        func input(_ rate: Double) throws -> ReplayRequest {
            try ReplayOperation().input(
                from: Array(
                    """
                    {"hardware": \(Sample.hardware), "deployment": {"bundles": 4, "bundle": {"attention_instances": 4}, "batch_size": 64},
                     "arrivals": {"process": "poisson", "requests_per_second": \(rate), "duration_s": 86400}, "limits": {"tpot_ms": 50},
                     "workload": {"prefill": 1000, "decode": 200}, "replications": 1,
                     "policies": ["static", {"policy": "target", "metric": "slots", "target": 0.7}, "advice"]}
                    """.utf8), within: WorkBounds())
        }
        let day = try input(31.25)
        #expect(day.problem.arrivals.expectedRequests == 2_700_000)
        let memory = ReplayOperation.estimate(day).memory
        #expect(memory < 250e6)
        #expect(ReplayOperation.estimate(try input(100)).memory == memory)
    }

    @Test("intervals come from courses where there are several, else from blocks")
    func intervals() throws {
        for (more, part) in [
            (Self.process, "independent courses"), (Self.process + ", \"replications\": 1", "of the one course"),
            (Self.trace, "of the trace"),
        ] {
            #expect(
                try Self.replay(more).assumptions.filter { $0.hasPrefix("intervals") }.map { $0.contains(part) } == [
                    true
                ])
        }
    }

    @Test(
        "what is wrong is said at its place",
        arguments: wrong)
    func errors(more: String, pointer: String) throws {
        let reply = try Self.replay(more)
        #expect(reply.status == 422)
        #expect(reply.root["errors"]?.elements.map { $0["pointer"]?.string } == [pointer], "\(reply.errors)")
    }

    /// Requests, and where they are wrong.
    private static let wrong: [(more: String, pointer: String)] = [
        (#""trace": {"arrival_s": [1, 0], "prefill": [1, 1], "decode": [1, 1]}"#, "/trace/arrival_s/1"),
        (#""trace": {"arrival_s": [1], "prefill": [1, 1], "decode": [1]}"#, "/trace/prefill"),
        (#""trace": {"arrival_s": [1], "prefill": [1], "decode": [0]}"#, "/trace/decode/0"),
        (#""trace": {"arrival_s": [1], "prefill": [1], "decode": [1], "cached": [2]}"#, "/trace/cached/0"),
        (#""trace": {"arrival_s": [], "prefill": [], "decode": []}"#, "/trace/arrival_s"),
        (
            #""trace": {"arrival_s": [1], "prefill": [1], "decode": [1]}, "workload": {"prefill": 1, "decode": 1}"#,
            "/workload"
        ),
        (#""arrivals": {"process": "poisson", "requests_per_second": 1, "duration_s": 9}"#, ""),
        (
            #""arrivals": {"process": "poisson", "requests_per_second": 1, "duration_s": 9, "period_s": 4}, "workload": {"prefill": 1, "decode": 1}"#,
            "/arrivals/period_s"
        ),
        (
            #""arrivals": {"process": "steps", "steps": [{"t_s": 1, "requests_per_second": 1}], "duration_s": 9}, "workload": {"prefill": 1, "decode": 1}"#,
            "/arrivals/steps/0/t_s"
        ),
        (
            #""arrivals": {"process": "poisson", "requests_per_second": 1, "duration_s": 9}, "workload": {"slot_load": {"mean": 9, "stddev": 1}}"#,
            "/workload"
        ),
        (
            #""arrivals": {"process": "poisson", "requests_per_second": 1000000, "duration_s": 1000000}, "workload": {"prefill": 1, "decode": 1}"#,
            "/arrivals"
        ),
        (trace + #", "transfer": {"bandwidth_gb_s": 1, "kv_bytes_per_token": 1}"#, "/transfer"),
        (trace + #", "prefill": {"alpha_us": 1, "beta_us": 1}"#, "/deployment"),
        (trace + #", "policies": ["advice"]"#, "/policies/0"),
        (trace + #", "policies": ["statc"]"#, "/policies/0"),
        (trace + #", "policies": []"#, "/policies"),
        (trace + #", "policies": [{"policy": "target", "metric": "kv", "target": 0.5}]"#, "/policies/0/metric"),
        (trace + #", "policies": [{"policy": "target", "metric": "slots", "target": 1.5}]"#, "/policies/0/target"),
        (
            trace + #", "policies": [{"policy": "schedule", "steps": [{"t_s": 0, "bundles": 99}]}]"#,
            "/policies/0/steps/0/bundles"
        ),
        (trace + #", "scaling": {"max": 1}"#, "/scaling/max"),
        (trace + #", "scaling": {"unit": "attention_instance", "min": 1}"#, "/scaling/min"),
        (trace + #", "retries": 1"#, "/retries"),
        (trace + #", "speculation": {"draft_tokens": 2, "acceptance": 0.7}"#, "/speculation"),
    ]

    @Test("queues that are full reject, clients that wait leave, and both are missed")
    func losses() throws {
        let burst =
            #""trace": {"arrival_s": [0, 0.001, 0.002, 0.003, 0.004, 0.005], "prefill": [1, 1, 1, 1, 1, 1], "decode": [900, 900, 900, 900, 900, 900]}"#
        let one = #"{"bundles": 1, "bundle": {"attention_instances": 1}, "batch_size": 2}"#
        let rejected = try Self.replay(burst + ", \"queue_limit\": 2", deployment: one)
        #expect(rejected.root["rejected"]?.integer == 2)
        #expect(rejected.root["warnings"]?.elements.contains { $0["code"]?.string == "rejected" } == true)
        let left = try Self.replay(burst + ", \"abandon_after_s\": 0.1", deployment: one)
        #expect(left.root["abandoned"]?.integer == 2)
        #expect(isClose(left.number("goodput", "fraction"), 4.0 / 6))
        let small = try Self.replay(burst, deployment: one.dropLast() + ", \"kv_tokens\": 901}")
        #expect(small.root["completed"]?.integer == 6)
        #expect(small.number("pools", "attention", "peak_queue") == 5)
        #expect(small.number("duration_s") > 2.5 * (try Self.replay(burst).number("duration_s")))
    }

    @Test("a swing under start delay: each policy's changes are counted, and the sentence names the best")
    func swing() throws {
        let reply = try Self.replay(
            """
            "arrivals": {"process": "sinusoid", "min_requests_per_second": 5, "max_requests_per_second": 120, "period_s": 90, "duration_s": 180},
            "workload": {"prefill": 1000, "decode": 1000}, "limits": {"tpot_ms": 0.25, "wait_ms": 100}, "replications": 1, "start_delay_s": 10,
            "policies": [{"policy": "target", "metric": "slots", "target": 0.7, "stabilisation_s": 15},
            {"policy": "advice", "every_s": 5, "window_s": 15}, {"policy": "oracle", "window_s": 15}]
            """, deployment: #"{"bundles": 1, "bundle": {"attention_instances": 2}, "batch_size": 8}"#)
        #expect(reply.status == 200, "\(reply.errors)")
        for side in try #require(reply.root["policies"]).elements {
            #expect((side["scaling"]?["events"]?.number ?? 0) > 0)
            #expect((side["pools"]?["attention"]?["instances"]?["max"]?.number ?? 0) > 2)
        }
    }

    @Test("prompts that scatter take more prefill instances; those that no number serves do not take all")
    func scatteredPrompts() throws {
        func instances(_ prompts: String, ttft: Double) throws -> (mean: Double, late: Double) {
            let reply = try Self.replay(
                """
                "arrivals": {"process": "poisson", "requests_per_second": 20, "duration_s": 120}, "replications": 1,
                "workload": {"prefill": \(prompts), "decode": 20}, "prefill": {"alpha_us": 100, "beta_us": 1000},
                "limits": {"ttft_ms": \(ttft), "ttft_percentile": "p90"}, "policies": [{"policy": "oracle", "window_s": 120}],
                "scaling": {"min_prefill": 1, "max_prefill": 100}
                """,
                deployment:
                    #"{"bundles": 1, "bundle": {"attention_instances": 4}, "batch_size": 64, "prefill_instances": 2}"#)
            #expect(reply.status == 200, "\(reply.errors)")
            let side = try #require(reply.root["policies"]?.elements.first { _ in true })
            return (
                try #require(side["pools"]?["prefill"]?["instances"]?["mean"]?.number),
                1 - (try #require(side["goodput"]?["fraction"]?.number))
            )
        }
        let scattered = #"{"distribution": "lognormal", "mean": 1000, "stddev": 1000}"#
        let same = try instances("1000", ttft: 400)
        let wide = try instances(scattered, ttft: 400)
        #expect(wide.mean > same.mean)
        #expect(wide.late < 0.12)
        // A tenth of the prompts takes more than 200 ms by itself.
        let hopeless = try instances(scattered, ttft: 150)
        #expect(hopeless.mean < 20, "\(hopeless)")
    }
}
