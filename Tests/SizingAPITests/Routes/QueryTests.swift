import JSON
import Testing

/// Every query parameter is looked at, wherever it stands.
@Suite(.timeLimit(.minutes(1))) struct QueryTests {
    static let sizing = "/v1/size?model=deepseek-v3&device=h800&prefill=1&decode=2"

    @Test("a parameter that is not known, given twice or wrong is refused by name")
    func wrong() async throws {
        try await LiveService.run { service in
            let csv = ["Content-Type: text/csv"]
            let trace = "isl,osl\n10,20\n30,40\n"
            for (query, name) in [
                ("first_token_from_prefill=maybe&decode_column=osl&pretty", "first_token_from_prefill"),
                ("prefill_column=isl&first_token_from_prefill=%5B%5D&decode_column=osl", "first_token_from_prefill"),
                ("prefill_column=isl&decode_column=osl&first_token_from_prefill=null", "first_token_from_prefill"),
                ("first_token_from_prefill=true&first_token_from_prefill=false", "first_token_from_prefill"),
                ("prefill_column=isl&decode_column=osl&prefill_column=isl", "prefill_column"),
                ("decode_column=&prefill_column=isl", "decode_column"), ("prefill_column=isl&pretty=null", "pretty"),
                ("pretty&pretty", "pretty"), ("prefil_column=isl", "prefill_column"),
                ("x=1", "first_token_from_prefill"),
            ] {
                let answer = service.ask("POST", "/v1/workload?" + query, fields: csv, body: trace)
                #expect(answer.status == 400, "\(query) \(answer.body)")
                #expect(answer.fields["content-type"] == "application/problem+json")
                #expect(answer.body.contains(name), "\(query) \(answer.body)")
            }
            let json = ["Content-Type: application/json"]
            for (method, path) in [
                ("POST", "/v1/size?pretty=true&pretty=true"), ("POST", "/v1/calibrate?pretty=yes"),
                ("GET", Self.sizing + "&pretty=banana"), ("GET", Self.sizing + "&pretty=true&pretty=false"),
                ("GET", "/v1/catalog?pretty=2"), ("GET", "/v1/catalog/devices/h800?pretty&pretty"),
            ] {
                let answer = service.ask(method, path, fields: json, body: method == "POST" ? "{}" : nil)
                #expect(answer.status == 400, "\(path) \(answer.body)")
                #expect(answer.body.contains("pretty"), "\(path) \(answer.body)")
            }
        }
    }

    @Test("right ones are taken, in any order")
    func right() async throws {
        try await LiveService.run { service in
            for query in [
                "pretty=false&decode_column=b&first_token_from_prefill=0&prefill_column=a",
                "prefill_column=a&decode_column=b",
            ] {
                let answer = service.ask(
                    "POST", "/v1/workload?" + query, fields: ["Content-Type: text/csv"], body: "a,b\n10,20\n30,40\n")
                #expect(answer.status == 200, "\(query) \(answer.body)")
            }
            let pretty = service.ask("GET", Self.sizing + "&pretty=1")
            #expect(pretty.status == 200 && pretty.body.contains("\n  "))
        }
    }
}
