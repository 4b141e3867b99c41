import ContractTestSupport
import JSON
import TestSupport
import Testing

/// The ends of every range, and random points between them: a number or a clear 422, never a NaN (which would be a 500), an
/// overflow (a trap) or a hang.
@Suite(.timeLimit(.minutes(2))) struct ExtremesTests {
    private static let workloads = [
        "{\"prefill\": 0, \"decode\": 1}", "{\"prefill\": 1e9, \"decode\": 1e9}",
        "{\"prefill\": 1e-300, \"decode\": 1}",
        "{\"prefill\": 100, \"decode\": {\"distribution\": \"fixed\", \"value\": 1}}",
        "{\"prefill\": {\"distribution\": \"lognormal\", \"mean\": 1e-300, \"stddev\": 0}, \"decode\": 1}",
        "{\"prefill\": {\"distribution\": \"lognormal\", \"mean\": 1e6, \"stddev\": 1e9}, \"decode\": 5}",
        "{\"prefill\": {\"distribution\": \"uniform\", \"min\": 0, \"max\": 1000000000}, \"decode\": 2}",
        "{\"prefill\": {\"distribution\": \"empirical\", \"values\": [0, 1e9], \"weights\": [1e18, 1e-300]}, \"decode\": 3}",
        "{\"requests\": {\"prefill\": [1000000000], \"decode\": [1000000000]}}",
        "{\"requests\": {\"prefill\": [0, 10000000], \"decode\": [1, 1]}}",
        "{\"slot_load\": {\"mean\": 1e7, \"stddev\": 1e7, \"skewness\": 1e6}}",
        "{\"slot_load\": {\"mean\": 0, \"stddev\": 1e10, \"skewness\": -1e6}}",
        "{\"slot_load\": {\"mean\": 1e10, \"stddev\": 0}}",
        "{\"prefill\": 7, \"decode\": 1e9, \"horizon_requests\": 1}",
        "{\"prefill\": 7, \"decode\": 1, \"horizon_requests\": 1000000000000}",
    ]
    private static let coefficients = [
        "0", "5e-324", "1e-300", "1e-150", "1e-6", "0.083", "50", "999999999999.9999", "1e12",
    ]
    /// Curves whose points lie as near to each other, or as far apart, as numbers can.
    private static let curves = [
        "{\"samples\": [{\"load\": 0, \"latency_us\": 25}, {\"load\": 1e-310, \"latency_us\": 26}], \"fit\": \"interpolate\"}",
        "{\"samples\": [{\"load\": 5e-324, \"latency_us\": 1}, {\"load\": 1e18, \"latency_us\": 1e12}], \"fit\": \"interpolate\"}",
        "{\"samples\": [{\"load\": 1, \"latency_us\": 5e-324}, {\"load\": 2, \"latency_us\": 1e-300}, {\"load\": 3, \"latency_us\": 1e12}]}",
        "{\"max\": [{\"alpha_us\": 1e-300, \"beta_us\": 1e12}, {\"alpha_us\": 2e-300, \"beta_us\": 0}, {\"alpha_us\": 5e-324, \"beta_us\": 7}]}",
    ]
    private static let scatter = [
        "", "", "\"jitter\": {\"attention_cv\": 0.5, \"ffn_cv\": 5e-324}", "\"jitter\": {\"attention_cv\": 5e-324}",
        "\"occupancy\": 0.001",
        "\"occupancy\": 0.9999999999999999, \"jitter\": {\"attention_cv\": 0.012609, \"ffn_cv\": 0.5}",
    ]
    private static let batches = ["1", "2", "256", "10000000"]
    private static let further = [
        "", "\"microbatches\": 1", "\"microbatches\": 1024", "\"max_ratio\": 1", "\"max_ratio\": 10000",
        "\"max_ratio\": 10000, \"microbatches\": 3, \"include\": [\"curve\"]", "\"barrier\": \"gaussian\"",
        "\"barrier\": \"exact\"", "\"cost\": {\"attention_instance\": 1e-9, \"ffn_instance\": 1e12}",
        "\"cost\": {\"attention_instance\": 1e12, \"ffn_instance\": 1e-9}, \"max_ratio\": 10000",
    ]

    private static func check(_ body: String, _ seen: inout [Int: Int]) throws {
        let reply = try Reply("/v1/size", body)
        seen[reply.status, default: 0] += 1
        guard reply.status == 200 else {
            #expect(reply.status == 422, "\(body)")
            return
        }
        let idle = reply.value("recommendation", "idle")
        for role in ["attention", "ffn", "communication"] as [StaticString] {
            let fraction = idle?[role]?.number ?? .nan
            #expect((0...1).contains(fraction), "\(role) \(fraction) \(body)")
        }
        #expect(reply.number("recommendation", "cycle_us") > 0, "\(body)")
        #expect(reply.number("recommendation", "throughput_per_instance") >= 0, "\(body)")
        let best = reply.number("recommendation", "ratio")
        #expect((1...10_000).contains(best), "\(body)")
    }

    @Test func randomCombinationsOfExtremes() throws {
        var generator = SeededGenerator(seed: 7)
        var seen: [Int: Int] = [:]
        for number in 0..<300 {
            func pick(_ values: [String]) -> String { values[Int.random(in: 0..<values.count, using: &generator)] }
            func line() -> String { "\"alpha_us\": \(pick(coefficients)), \"beta_us\": \(pick(coefficients))" }
            let load = Bool.random(using: &generator) ? "attention_batch" : "aggregate_batch"
            func stage() -> String {
                Int.random(in: 0..<8, using: &generator) == 0 ? pick(Self.curves) : "{\(line())}"
            }
            let hardware = """
                {"attention": \(stage()), "ffn": \(stage()), "communication": {\(line()), "load": "\(load)"}}
                """
            let more = [pick(Self.further), pick(Self.scatter)].filter { !$0.isEmpty }.joined(separator: ", ")
            let workload = pick(Self.workloads)
            let batch = pick(Self.batches)
            try Self.check(Sample.size(workload: workload, hardware: hardware, batch: batch, more), &seen)
            if number % 10 == 0 { try Self.checkOthers(workload, hardware, batch) }
        }
        #expect(seen[200, default: 0] > 200)
    }

    /// A plan of the same, and a simulation so short that it is over at once.
    private static func checkOthers(_ workload: String, _ hardware: String, _ batch: String) throws {
        let plan = Sample.size(workload: workload, hardware: hardware, batch: batch, "\"max_ratio\": 64")
        #expect([200, 422].contains(try Reply("/v1/plan", plan).status), "\(plan)")
        guard batch.count <= 3 else { return }
        let simulation = Sample.size(
            workload: workload, hardware: hardware, batch: batch,
            "\"ratios\": [1, 2], \"requests_per_instance\": 1, \"start\": \"cold\", \"timeout_ms\": 1")
        #expect([200, 422, 503].contains(try Reply("/v1/simulate", simulation).status), "\(simulation)")
    }

    @Test(
        "What once was an error of the service",
        arguments: [
            #"{"workload": {"prefill": 100, "decode": 500}, "hardware": {"attention": {"alpha_us": 0, "beta_us": 0}, "ffn": {"alpha_us": 0, "beta_us": 5e-324}}, "batch_size": 1}"#,
            #"{"workload": {"prefill": {"distribution": "fixed", "value": 6515.055086487743}, "decode": {"distribution": "fixed", "value": 1289309.6675388245}}, "hardware": {"attention": {"alpha_us": 0, "beta_us": 0}, "ffn": {"alpha_us": 0, "beta_us": 4.9e-324}}, "batch_size": 10000000}"#,
            #"{"workload": {"prefill": {"distribution": "geometric", "mean": 1}, "decode": {"distribution": "fixed", "value": 1}}, "hardware": {"attention": {"alpha_us": 1e-150, "beta_us": 999999999999.9999}, "ffn": {"alpha_us": 0.322594, "beta_us": 1.015244}}, "batch_size": 8, "jitter": {"attention_cv": 0.012609, "ffn_cv": 0.002147}, "occupancy": 0.0667, "include": ["curve"]}"#,
            #"{"workload": {"prefill": {"distribution": "geometric", "mean": 1e9}, "decode": {"distribution": "geometric", "mean": 1e9}}, "hardware": {"attention": {"samples": [{"load": 0, "latency_us": 25.08}, {"load": 1e-310, "latency_us": 25.79}], "fit": "interpolate"}, "ffn": {"alpha_us": 1e-30, "beta_us": 1e-310}}, "batch_size": 9999999, "max_ratio": 2, "include": ["curve"]}"#,
        ])
    func formerFaults(body: String) throws {
        #expect([200, 422].contains(try Reply("/v1/size", body).status))
        let batch = try Reply("/v1/size/batch", "{\"requests\": [\(body), \(Sample.size())]}")
        #expect(batch.status == 200)
        #expect(batch.root["results"]?.elements.map { $0 }.last?["recommendation"]?["ratio"]?.integer == 10)
    }

    @Test("A colocated step that takes next to no time has no throughput")
    func colocatedWithoutTime() throws {
        let reply = try Reply(
            "/v1/plan",
            """
            {"workload": {"prefill": 0, "decode": {"distribution": "fixed", "value": 1}}, "max_ratio": 4, "batch_size": 8,
             "hardware": {"attention": {"alpha_us": 1e-12, "beta_us": 5e-324}, "ffn": {"alpha_us": 5e-324, "beta_us": 1e-310},
             "communication": {"alpha_us": 1, "beta_us": 999999999999.9999}}}
            """)
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(reply.root["colocated"] == nil)
        #expect(reply.root["warnings"]?.elements.contains { $0["code"]?.string == "colocation_not_compared" } == true)
    }

    private var coefficients: [String] { Self.coefficients }

    /// One stage takes no time, or does not grow.
    @Test(arguments: ["attention", "ffn", "communication"], ["alpha_us", "beta_us", "both"])
    func zeroCoefficients(stage: String, which: String) throws {
        var seen: [Int: Int] = [:]
        func line(_ name: String) -> String {
            let zero = name == stage
            let alpha = zero && which != "beta_us" ? "0" : "0.01"
            let beta = zero && which != "alpha_us" ? "0" : "50"
            return "\"\(name)\": {\"alpha_us\": \(alpha), \"beta_us\": \(beta)}"
        }
        let hardware = "{\(line("attention")), \(line("ffn")), \(line("communication"))}"
        for batch in Self.batches {
            for more in Self.further { try Self.check(Sample.size(hardware: hardware, batch: batch, more), &seen) }
        }
        #expect(seen == [200: Self.batches.count * Self.further.count])
    }
}
