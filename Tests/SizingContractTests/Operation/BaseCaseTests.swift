import ContractTestSupport
import JSON
import TestSupport
import Testing

/// The base case of paper v1 through the API.
@Suite struct BaseCaseTests {
    @Test func closedFormAndRecommendation() throws {
        let reply = try Reply("/v1/size", Sample.size())
        #expect(reply.status == 200)
        #expect(isClose(reply.number("mean_field", "ratio"), 9.554668674698796))
        #expect(reply.value("mean_field", "regime")?.string == "attention")
        #expect(isClose(reply.number("mean_field", "ratio_attention"), 9.554668674698796))
        #expect(isClose(reply.number("mean_field", "ratio_communication"), -3.5))
        #expect(isClose(reply.number("mean_field", "ratio_peak"), 2.169406670314448))
        #expect(isClose(reply.number("mean_field", "cycle_us"), 303.0176))
        #expect(isClose(reply.number("mean_field", "throughput_per_instance"), 764_791.65))
        #expect(reply.value("recommendation", "ratio")?.integer == 10)
        #expect(reply.value("recommendation", "attention_instances")?.integer == 10)
        #expect(reply.value("recommendation", "ffn_instances")?.integer == 1)
        #expect(isClose(reply.number("recommendation", "cycle_us"), 323.4893))
        #expect(isClose(reply.number("recommendation", "tpot_us"), 323.4893))
        #expect(isClose(reply.number("recommendation", "throughput_per_instance"), 719_428.0))
        #expect(abs(reply.number("recommendation", "idle", "attention") - 0.06328) < 5e-6)
        #expect(abs(reply.number("recommendation", "idle", "ffn") - 0.03403) < 5e-6)
        #expect(abs(reply.number("recommendation", "idle", "communication") - 0.92076) < 5e-6)
        #expect(reply.value("recommendation", "bottleneck")?.string == "attention")
        #expect(reply.number("workload", "slot_load_mean") == 599)
        #expect(isClose(reply.number("workload", "slot_load_stddev"), 499.5, 1e-5))
    }

    /// The ratios that the paper prints: 9.30, 7.08, 17.25, 2.17.
    @Test(arguments: [
        ("256", 100, 500, 9.301), ("128", 100, 500, 7.075), ("256", 500, 500, 17.253), ("256", 100, 100, 2.169),
    ])
    func finiteHorizon(batch: String, prefill: Int, decode: Int, ratio: Double) throws {
        let workload = "{\"prefill\": \(prefill), \"decode\": \(decode), \"horizon_requests\": 10000}"
        let reply = try Reply("/v1/size", Sample.size(workload: workload, batch: batch))
        #expect(abs(reply.number("mean_field", "ratio") - ratio) < 5e-4)
    }

    @Test(.enabled(if: PublicTrace.azure.isPresent, "\(PublicTrace.absence)"))
    func momentsOfTheAzureTrace() throws {
        let (prefill, decode) = try PublicTrace.azure.lengths()
        let workload = "{\"requests\": {\"prefill\": \(prefill), \"decode\": \(decode)}}"
        let reply = try Reply("/v1/size", Sample.size(workload: workload))
        #expect(reply.status == 200)
        #expect(isClose(reply.number("workload", "slot_load_mean"), 1226.479))
        let deviation = reply.number("workload", "slot_load_stddev")
        #expect(isClose(deviation * deviation, 508_196.98))
    }

    @Test func parts() throws {
        let plain = try Reply("/v1/size", Sample.size())
        #expect(plain.root["curve"] == nil)
        #expect(plain.value("recommendation", "throughput_per_cost") == nil)
        let more =
            "\"include\": [\"curve\"], \"max_ratio\": 40, \"cost\": {\"attention_instance\": 1, \"ffn_instance\": 3}"
        let full = try Reply("/v1/size", Sample.size(more))
        let curve = try #require(full.root["curve"])
        #expect(curve.elements.map { $0["ratio"]?.integer } == Array(1...40))
        let best = try #require(full.value("recommendation", "ratio")?.integer)
        let costs = curve.elements.map { $0["throughput_per_cost"]?.number ?? .nan }
        #expect(costs.max() == costs[best - 1])
        #expect(full.number("recommendation", "throughput_per_cost") == costs[best - 1])
    }

    @Test func sameRequestSameBytes() throws {
        let one = try Reply("/v1/size", Sample.size("\"microbatches\": 2, \"include\": [\"curve\"]"))
        let two = try Reply("/v1/size", Sample.size("\"microbatches\": 2, \"include\": [\"curve\"]"))
        #expect(one.body == two.body)
        let spelt = try Reply(
            "/v1/size", Sample.size(batch: "2.56e2", "\"include\": [\"curve\"],\n\"microbatches\": 2.0"))
        #expect(spelt.body == one.body)
        let other = try Reply("/v1/size", Sample.size(batch: "257", "\"microbatches\": 2, \"include\": [\"curve\"]"))
        #expect(other.value("provenance", "request_hash")?.string != one.value("provenance", "request_hash")?.string)
    }
}
