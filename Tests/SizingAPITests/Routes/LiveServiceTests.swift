import ContractTestSupport
import JSON
import Testing

@testable import SizingAPI

/// The service over sockets.
@Suite(.timeLimit(.minutes(1))) struct LiveServiceTests {
    @Test func answersAsTheSchemaSays() async throws {
        try await LiveService.run { service in
            let answer = service.post("/v1/size", Sample.size())
            #expect(answer.status == 200)
            #expect(answer.fields["content-type"] == "application/json")
            let offline = try Reply("/v1/size", Sample.size())
            #expect(answer.body == String(decoding: offline.body, as: UTF8.self))
            let deferred = service.post("/v1/size", Sample.size("\"include\": [\"curve\"]"))
            #expect(deferred.status == 200)
            let batch = service.post("/v1/size/batch", "{\"requests\": [\(Sample.size())]}")
            #expect(batch.status == 200)
            #expect(batch.body == "{\"results\":[\(answer.body)]}")
        }
    }

    @Test(arguments: [
        ([], 200), (["Content-Type: application/json; charset=utf-8"], 200),
        (["Content-Type: APPLICATION/JSON"], 200), (["Content-Type: application/x-www-form-urlencoded"], 200),
        (["Content-Type: application/vnd.sizing+json"], 200), (["Content-Type: application/json; charset=latin1"], 415),
        (["Content-Type: text/plain"], 415), (["Content-Type: application/xml"], 415), (["Content-Type: json"], 415),
    ])
    func contentTypes(fields: [String], status: Int) async throws {
        try await LiveService.run { service in
            let answer = service.post("/v1/size", Sample.size(), fields: fields)
            #expect(answer.status == status)
            if status == 415 { #expect(answer.fields["accept"] == "application/json") }
        }
    }

    @Test(arguments: [
        ("", 200, false), ("?pretty", 200, true), ("?pretty=true", 200, true), ("?pretty=false", 200, false),
        ("?pretty=maybe", 400, false), ("?prety", 400, false), ("?", 200, false),
    ])
    func queries(query: String, status: Int, pretty: Bool) async throws {
        try await LiveService.run { service in
            let answer = service.post("/v1/size\(query)", Sample.size())
            #expect(answer.status == status)
            #expect(answer.body.contains("\n  ") == pretty)
            if status == 400 { #expect(answer.fields["content-type"] == "application/problem+json") }
        }
    }

    @Test(
        arguments: [
            ("GET", "/nowhere", 404, nil), ("GET", "/v1/size/", 404, nil), ("GET", "/v1/size", 422, nil),
            ("DELETE", "/v1/size", 405, "GET, HEAD, POST, OPTIONS"), ("PUT", "/healthz", 405, "GET, HEAD, OPTIONS"),
            ("QUERY", "/v1/size", 405, "GET, HEAD, POST, OPTIONS"),
            ("OPTIONS", "/v1/size", 204, "GET, HEAD, POST, OPTIONS"),
            ("HEAD", "/healthz", 200, nil), ("GET", "/healthz", 200, nil), ("GET", "/healthz?x=1", 200, nil),
            ("GET", "/readyz", 200, nil), ("GET", "/metrics", 200, nil), ("GET", "/openapi.yaml", 200, nil),
            ("GET", "/", 200, nil), ("GET", "/reference", 200, nil), ("POST", "/reference", 405, "GET, HEAD, OPTIONS"),
        ] as [(String, String, Int, String?)])
    func methods(method: String, path: String, status: Int, allow: String?) async throws {
        try await LiveService.run { service in
            let answer = service.ask(method, path)
            #expect(answer.status == status)
            #expect(answer.fields["allow"] == allow)
            #expect(answer.fields["x-request-id"]?.isEmpty == false)
            if status >= 400 {
                #expect(answer.fields["content-type"] == "application/problem+json")
                let problem = try JSONDocument(parsing: answer.body).root
                #expect(problem["status"]?.integer == status)
            }
            if method == "HEAD" { #expect(answer.body.isEmpty) }
        }
    }

    @Test func drainingIsTold() async throws {
        try await LiveService.run { service in
            #expect(service.ask("GET", "/readyz").body == "{\"status\":\"ready\"}\n")
            service.state.beginDraining()
            let answer = service.ask("GET", "/readyz")
            #expect(answer.status == 503)
            #expect(answer.fields["retry-after"] == "1")
            #expect(service.ask("GET", "/healthz").status == 200)
        }
    }

    @Test func theProbePortOffersProbesAlone() async throws {
        try await LiveService.run { service in
            let port = service.server.boundPorts[1]
            #expect(service.ask("GET", "/healthz", port: port).status == 200)
            #expect(service.ask("GET", "/readyz", port: port).status == 200)
            #expect(service.ask("GET", "/metrics", port: port).status == 404)
            #expect(service.ask("POST", "/v1/size", body: Sample.size(), port: port).status == 404)
        }
    }

    @Test func theProbePortOffersMetricsWhereAsked() async throws {
        try await LiveService.run(probesHaveMetrics: true) { service in
            let port = service.server.boundPorts[1]
            #expect(service.ask("GET", "/metrics", port: port).body == "metric 1\n")
            #expect(service.ask("GET", "/openapi.yaml", port: port).status == 404)
        }
    }

    @Test func requestIdentifiersAreRepeated() async throws {
        try await LiveService.run { service in
            let answer = service.post("/v1/size", "{", fields: ["X-Request-Id: caller-7"])
            #expect(answer.status == 400)
            #expect(answer.fields["x-request-id"] == "caller-7")
        }
    }

    /// Bodies too large for an event loop take the pool, with the same answers.
    @Test func largeBodies() async throws {
        try await LiveService.run { service in
            let lengths = Array(repeating: 100, count: 20_000)
            let body = Sample.size(workload: "{\"requests\": {\"prefill\": \(lengths), \"decode\": \(lengths)}}")
            let answer = service.post("/v1/size", body)
            #expect(answer.status == 200)
            let offline = try Reply("/v1/size", body)
            #expect(answer.body == String(decoding: offline.body, as: UTF8.self))
            #expect(service.post("/v1/size", String(body.dropLast())).status == 400)
            let tooLarge = service.post("/v1/size", String(repeating: " ", count: 1_048_577))
            #expect(tooLarge.status == 413)
        }
    }

    /// What is served is described.
    @Test func everyRouteIsInTheDescription() async throws {
        try await LiveService.run { service in
            let description = service.ask("GET", "/openapi.yaml").body
            for route in SizingService(metrics: { "" }).routes {
                #expect(description.contains("\n  \(route.label):\n"), "\(route.label)")
            }
        }
    }
}
