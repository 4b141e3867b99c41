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
    private static let coefficients = ["0", "1e-300", "1e-6", "0.083", "50", "1e12"]
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
        for _ in 0..<300 {
            func pick(_ values: [String]) -> String { values[Int.random(in: 0..<values.count, using: &generator)] }
            func line() -> String { "\"alpha_us\": \(pick(coefficients)), \"beta_us\": \(pick(coefficients))" }
            let load = Bool.random(using: &generator) ? "attention_batch" : "aggregate_batch"
            let hardware = """
                {"attention": {\(line())}, "ffn": {\(line())}, "communication": {\(line()), "load": "\(load)"}}
                """
            try Self.check(
                Sample.size(
                    workload: pick(Self.workloads), hardware: hardware, batch: pick(Self.batches), pick(Self.further)),
                &seen)
        }
        #expect(seen[200, default: 0] > 200)
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
