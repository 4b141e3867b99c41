import ContractTestSupport
import JSON
import TestSupport
import Testing

/// `POST /v1/size` with arrivals.
@Suite("Arrivals at one bundle") struct ArrivalsTests {
    private static func size(_ more: String, workload: String = "{\"prefill\": 100, \"decode\": 500}") throws -> Reply {
        try Reply("/v1/size", Sample.size(workload: workload, batch: "128", more))
    }

    @Test("at a fixed ratio the service is that of model section 8, with the saturated answer beside")
    func fixedRatio() throws {
        let reply = try Self.size("\"arrivals\": {\"requests_per_second\": 8500}, \"ratio\": 8")
        #expect(reply.status == 200)
        #expect(reply.value("recommendation", "ratio")?.integer == 8)
        #expect(isClose(reply.number("recommendation", "service", "occupancy"), 658.3, 0.01))
        #expect(isClose(reply.number("recommendation", "service", "decode_ms"), 77.48, 0.01))
        #expect(reply.number("recommendation", "service", "slots") == 1024)
        #expect(reply.value("recommendation", "service", "trustworthy")?.bool == true)
        let plain = try Self.size("")
        for name in ["ratio", "cycle_us", "throughput_per_instance"] as [StaticString] {
            #expect(reply.value("saturated")?[name]?.number == plain.value("recommendation")?[name]?.number)
        }
        #expect(plain.value("saturated") == nil)
        // Tokens come out as they come in: TPOT is the time in decode over E[D].
        let tpot = reply.value("recommendation", "service", "tpot_ms")
        #expect(isClose(tpot?["mean"]?.number ?? 0, reply.number("recommendation", "service", "decode_ms") / 500))
        #expect((tpot?["p50"]?.number ?? 9) <= tpot?["p99"]?.number ?? 0)
    }

    @Test("the ratio bears no less than its neighbours, and its limits hold at the largest rate")
    func bestRatio() throws {
        let limits = "\"limits\": {\"tpot_ms\": 0.165, \"wait_ms\": 5}, \"max_ratio\": 40"
        let best = try Self.size("\"arrivals\": {\"requests_per_second\": 6000}, \(limits)")
        #expect(best.status == 200)
        let ratio = try #require(best.value("recommendation", "ratio")?.integer)
        let rate = best.number("recommendation", "service", "largest_arrival_rate")
        for other in [1, ratio - 2, ratio - 1, ratio + 1, ratio + 2, 40] {
            let reply = try Self.size("\"arrivals\": {\"requests_per_second\": 10}, \"ratio\": \(other), \(limits)")
            let borne = reply.number("recommendation", "service", "largest_arrival_rate")
            #expect(borne / Double(other + 1) <= rate / Double(ratio + 1) * (1 + 1e-4))
        }
        let edge = try Self.size(
            "\"arrivals\": {\"requests_per_second\": \(rate * 0.9999)}, \"ratio\": \(ratio), \(limits)")
        let tpot = try #require(edge.value("recommendation", "service", "tpot_ms", "p99")?.number)
        #expect(tpot <= 0.165 * 1.0001)
        #expect(abs(edge.number("recommendation", "service", "headroom")) < 1e-3)
        let beyond = try Self.size(
            "\"arrivals\": {\"requests_per_second\": \(rate * 1.05)}, \"ratio\": \(ratio), \(limits)")
        #expect(beyond.number("recommendation", "service", "headroom") < 0)
        #expect(beyond.root["warnings"]?.elements.contains { $0["code"]?.string == "limits_broken" } == true)
    }

    @Test("what is not to be trusted says so, and names the replay")
    func trust() throws {
        for (more, workload, trusted) in [
            ("9500", "{\"prefill\": 100, \"decode\": 500}", true),
            ("10600", "{\"prefill\": 100, \"decode\": 500}", false),
            (
                "7000",
                "{\"prefill\": 100, \"decode\": {\"distribution\": \"lognormal\", \"mean\": 500, \"stddev\": 600}}",
                false
            ),
        ] {
            let reply = try Self.size(
                "\"arrivals\": {\"requests_per_second\": \(more)}, \"ratio\": 8", workload: workload)
            #expect(reply.value("recommendation", "service", "trustworthy")?.bool == trusted)
            let says = reply.root["warnings"]?.elements.contains {
                $0["code"]?.string == "closed_form_not_trusted" && $0["detail"]?.string?.contains("/v1/replay") == true
            }
            #expect(says == !trusted)
        }
    }

    @Test(
        "refused by field",
        arguments: [
            ("\"ratio\": 8", "/ratio needs arrivals"),
            ("\"limits\": {\"tpot_ms\": 1}", "/limits needs arrivals"),
            ("\"arrivals\": {}", "/arrivals must have the field \"requests_per_second\""),
            ("\"arrivals\": {\"requests_per_second\": 0}", "/arrivals/requests_per_second must be a number"),
            ("\"arrivals\": {\"requests_per_second\": 1, \"dispersion\": 0}", "/arrivals/dispersion must be"),
            (
                "\"arrivals\": {\"requests_per_second\": 1, \"dispertion\": 2}",
                "/arrivals/dispertion is not a known field"
            ),
            ("\"arrivals\": {\"requests_per_second\": 1}, \"occupancy\": 0.5", "/occupancy must not be given"),
            (
                "\"arrivals\": {\"requests_per_second\": 1}, \"simulation\": {\"requests_per_instance\": 1000}",
                "/simulation must not be given"
            ),
            (
                "\"arrivals\": {\"requests_per_second\": 1}, \"limits\": {\"tpot_percentile\": \"p99\"}",
                "/limits/tpot_percentile needs tpot_ms"
            ),
            (
                "\"arrivals\": {\"requests_per_second\": 1}, \"limits\": {\"ttft_ms\": 5}",
                "/limits/ttft_ms is not a known field here: /v1/size is about one bundle"
            ),
            (
                "\"arrivals\": {\"requests_per_second\": 1}, \"prefill\": {\"device\": \"h200\"}",
                "/prefill is not a known field here"
            ),
            ("\"arrivals\": {\"requests_per_second\": 1}, \"transfer\": {}", "/transfer is not a known field here"),
            (
                "\"arrivals\": {\"requests_per_second\": 1}, \"routing\": \"random\"",
                "/routing is not a known field here"
            ),
            ("\"prefill\": {}", "/prefill is not a known field here"),
            (
                "\"arrivals\": {\"requests_per_second\": 1e6}, \"ratio\": 8",
                "/arrivals/requests_per_second must be below"
            ),
        ])
    func refused(more: String, message: String) throws {
        let reply = try Self.size(more)
        #expect(reply.status == 422)
        #expect(reply.errors.contains { $0.hasPrefix(message) }, "\(reply.errors)")
    }

    @Test("what was taken for arrivals and limits is told, and what was given is not")
    func assumptions() throws {
        let taken = [
            "arrivals are Poisson: dispersion 1", "tpot_ms bounds p99", "wait_ms bounds p99",
        ]
        let short = try Self.size(
            "\"arrivals\": {\"requests_per_second\": 100}, \"ratio\": 8, \"limits\": {\"tpot_ms\": 1, \"wait_ms\": 50}")
        #expect(Set(taken).isSubset(of: short.assumptions))
        let long = try Self.size(
            "\"arrivals\": {\"requests_per_second\": 100, \"dispersion\": 1}, \"ratio\": 8, \"limits\": {\"tpot_ms\": 1, "
                + "\"tpot_percentile\": \"p99\", \"wait_ms\": 50, \"wait_percentile\": \"p99\"}")
        #expect(Set(taken).isDisjoint(with: long.assumptions))
        #expect(
            short.value("recommendation", "service", "largest_arrival_rate")?.number
                == long.value("recommendation", "service", "largest_arrival_rate")?.number)
    }

    @Test("lengths are needed: the moments of a load do not say how long requests stay")
    func lengths() throws {
        let reply = try Self.size(
            "\"arrivals\": {\"requests_per_second\": 1}", workload: "{\"slot_load\": {\"mean\": 599, \"stddev\": 500}}")
        #expect(reply.status == 422)
        #expect(
            reply.errors.contains { $0.hasPrefix("/workload must give prefill and decode lengths") }, "\(reply.errors)")
    }

    @Test("named hardware, two microbatches, and a depth of speculation that is an answer")
    func named() throws {
        let hardware = """
            {"model": "deepseek-v3", "attention": {"device": "h800", "data_parallel": 8}, "ffn": {"device": "h800", "expert_parallel": 32}}
            """
        let request = Sample.size(
            workload: "{\"prefill\": 4000, \"decode\": 400}", hardware: hardware, batch: "96",
            "\"microbatches\": 2, \"max_ratio\": 24, \"arrivals\": {\"requests_per_second\": 20}, "
                + "\"limits\": {\"tpot_ms\": 100}, \"speculation\": {\"acceptance\": [0.85, 0.6]}")
        let reply = try Reply("/v1/size", request)
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(reply.number("recommendation", "service", "largest_arrival_rate") > 20)
        #expect(reply.value("speculation", "draft_tokens") != nil)
        #expect(reply.number("recommendation", "service", "tpot_ms", "p99") <= 100)
    }
}
