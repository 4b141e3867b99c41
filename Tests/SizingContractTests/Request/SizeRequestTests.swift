import ContractTestSupport
import JSON
import Testing

/// Valid JSON that breaks the schema or the model: 422 with every field to blame.
@Suite struct SizeRequestTests {
    @Test(arguments: [
        ("[]", ["/ must be an object, not an array"]), ("1", ["/ must be an object, not a number"]),
        ("null", ["/ must be an object, not null"]),
        (
            "{}",
            [
                " must have the field \"workload\"", " must have the field \"hardware\"",
                " must have the field \"batch_size\"",
            ]
        ),
        (Sample.size("\"batchsize\": 1"), ["/batchsize is not a known field; did you mean \"batch_size\"?"]),
        (Sample.size("\"micro_batches\": 1"), ["/micro_batches is not a known field; did you mean \"microbatches\"?"]),
        (Sample.size(batch: "\"256\""), ["/batch_size must be a number, not a string"]),
        (Sample.size(batch: "0"), ["/batch_size must be a whole number from 1 to 10000000"]),
        (Sample.size(batch: "1.5"), ["/batch_size must be a whole number from 1 to 10000000"]),
        (Sample.size(batch: "1e30"), ["/batch_size must be a whole number from 1 to 10000000"]),
        (Sample.size("\"max_ratio\": 10001"), ["/max_ratio must be a whole number from 1 to 10000"]),
        (Sample.size("\"microbatches\": 0"), ["/microbatches must be a whole number from 1 to 1024"]),
        (Sample.size("\"barrier\": \"gausian\""), ["/barrier is not known; did you mean \"gaussian\"?"]),
        (Sample.size("\"include\": [\"tree\"]"), ["/include/0 must be one of curve"]),
        (Sample.size("\"include\": \"curve\""), ["/include must be an array, not a string"]),
        (
            Sample.size("\"cost\": {\"attention_instance\": 0}"),
            [
                "/cost/attention_instance must be a number from 1e-09 to 1e12",
                "/cost must have the field \"ffn_instance\"",
            ]
        ),
    ])
    func topLevel(body: String, errors: [String]) throws {
        let reply = try Reply("/v1/size", body)
        #expect(reply.status == 422)
        #expect(reply.errors == errors.map { $0.hasPrefix("/ ") ? String($0.dropFirst()) : $0 })
    }

    @Test(arguments: [
        ("{}", ["/workload must have prefill and decode, or requests, or slot_load"]),
        ("{\"prefill\": 1}", ["/workload must have the field \"decode\""]),
        (
            "{\"prefill\": -1, \"decode\": 0.5}",
            ["/workload/prefill must be a number from 0 to 1e9", "/workload/decode must be a number from 1 to 1e9"]
        ),
        (
            "{\"prefill\": \"x\", \"decode\": true}",
            [
                "/workload/prefill must be a number or an object with \"distribution\", not a string",
                "/workload/decode must be a number or an object with \"distribution\", not a boolean",
            ]
        ),
        ("{\"prefill\": {\"mean\": 1}, \"decode\": 2}", ["/workload/prefill must have the field \"distribution\""]),
        (
            "{\"prefill\": {\"distribution\": \"log-normal\"}, \"decode\": 2}",
            ["/workload/prefill/distribution is not known; did you mean \"lognormal\"?"]
        ),
        (
            "{\"prefill\": {\"distribution\": \"uniform\", \"min\": 5, \"max\": 4}, \"decode\": 2}",
            ["/workload/prefill/max must not be less than min"]
        ),
        (
            "{\"prefill\": 1, \"decode\": {\"distribution\": \"uniform\", \"min\": 0, \"max\": 4}}",
            ["/workload/decode must be at least 1: a request stays one step or more"]
        ),
        (
            "{\"prefill\": {\"distribution\": \"empirical\", \"values\": [1, -1, \"2\", 1e10]}, \"decode\": 2}",
            [
                "/workload/prefill/values/1 must be a number from 0 to 1e9",
                "/workload/prefill/values/2 must be a number, not a string",
                "/workload/prefill/values/3 must be a number from 0 to 1e9",
            ]
        ),
        (
            "{\"prefill\": {\"distribution\": \"empirical\", \"values\": [1, 2], \"weights\": [0, 0]}, \"decode\": 2}",
            ["/workload/prefill/weights must not all be zero"]
        ),
        (
            "{\"requests\": {\"prefill\": [1, 2], \"decode\": [1]}}",
            ["/workload/requests/decode must have as many elements as prefill"]
        ),
        ("{\"requests\": {\"prefill\": [], \"decode\": []}}", ["/workload/requests/prefill must not be empty"]),
        (
            "{\"requests\": {\"prefill\": [1.5, 0], \"decode\": [1, 0]}}",
            [
                "/workload/requests/prefill/0 must be a whole number from 0 to 1000000000",
                "/workload/requests/decode/1 must be a whole number from 1 to 1000000000",
            ]
        ),
        (
            "{\"prefill\": 1, \"decode\": 2, \"slot_load\": {\"mean\": 1, \"stddev\": 0}}",
            ["/workload must have one of prefill with decode, requests, and slot_load, not several"]
        ),
        ("{\"slot_load\": {\"mean\": 1}}", ["/workload/slot_load must have the field \"stddev\""]),
        (
            "{\"prefill\": 1, \"decode\": {\"distribution\": \"fixed\", \"value\": 3}, \"horizon_requests\": 10}",
            ["/workload/horizon_requests needs a geometric decode length"]
        ),
    ])
    func workload(workload: String, errors: [String]) throws {
        let reply = try Reply("/v1/size", Sample.size(workload: workload))
        #expect(reply.status == 422)
        #expect(reply.errors == errors)
    }

    @Test(arguments: [
        ("{}", ["/hardware must have the field \"attention\"", "/hardware must have the field \"ffn\""]),
        (
            "{\"attention\": {\"alpha_us\": -1, \"beta_us\": 1e13}, \"ffn\": {\"alpha\": 1}}",
            [
                "/hardware/attention/alpha_us must be a number from 0 to 1e12",
                "/hardware/attention/beta_us must be a number from 0 to 1e12",
                "/hardware/ffn/alpha is not a known field; did you mean \"alpha_us\"?",
                "/hardware/ffn must have the field \"alpha_us\"", "/hardware/ffn must have the field \"beta_us\"",
            ]
        ),
        (
            "{\"attention\": {\"alpha_us\": 0, \"beta_us\": 0}, \"ffn\": {\"alpha_us\": 0, \"beta_us\": 0}}",
            ["/hardware must make a step take time: every latency is zero, or below 1e-9 us"]
        ),
        (
            "{\"attention\": {\"alpha_us\": 1, \"beta_us\": 1}, \"ffn\": {\"alpha_us\": 1, \"beta_us\": 1}, \"communication\": {\"alpha_us\": 1, \"beta_us\": 1, \"load\": \"both\"}}",
            ["/hardware/communication/load must be one of attention_batch, aggregate_batch"]
        ),
    ])
    func hardware(hardware: String, errors: [String]) throws {
        let reply = try Reply("/v1/size", Sample.size(hardware: hardware))
        #expect(reply.status == 422)
        #expect(reply.errors == errors)
    }

    @Test func errorsOfAllPartsComeTogetherAndAreBounded() throws {
        let reply = try Reply(
            "/v1/size", Sample.size(workload: "{\"prefil\": 1}", hardware: "{}", batch: "0", "\"x\": 1"))
        #expect(reply.errors.count == 6)
        let values = Array(repeating: "-1", count: 5_000).joined(separator: ",")
        let many = try Reply(
            "/v1/size", Sample.size(workload: "{\"requests\": {\"prefill\": [\(values)], \"decode\": [\(values)]}}"))
        #expect(many.status == 422)
        #expect(many.errors.count == 100)
        #expect(many.value("detail")?.string == "10000 fields break the schema or the model.")
    }
}
