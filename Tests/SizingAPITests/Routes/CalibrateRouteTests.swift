import Testing

@Suite("POST /v1/calibrate over HTTP")
struct CalibrateHTTPTests {
    private static let table = "stage,load,latency_us\nffn,1,2\nffn,2,3\n"
    private static let json =
        "{\"ffn\": {\"samples\": [{\"load\": 1, \"latency_us\": 2}, {\"load\": 2, \"latency_us\": 3}]}}"

    @Test("layers multiply what does not say so itself")
    func layers() async throws {
        try await LiveService.run { service in
            for (type, body) in [("text/csv", Self.table), ("application/json", Self.json)] {
                let fields = ["Content-Type: \(type)"]
                let one = service.ask("POST", "/v1/calibrate", fields: fields, body: body)
                #expect(
                    one.status == 200 && one.body.contains("\"alpha_us\":{\"value\":1,")
                        && one.body.contains("whole decode step"))
                let step = service.ask("POST", "/v1/calibrate?layers=61", fields: fields, body: body)
                #expect(step.status == 200 && step.body.contains("\"alpha_us\":{\"value\":61,"))
                #expect(step.body.contains("those of one layer"))
                for wrong in ["0", "x", "1.5", "10001", ""] {
                    #expect(
                        service.ask("POST", "/v1/calibrate?layers=\(wrong)", fields: fields, body: body).status == 400)
                }
                #expect(service.ask("POST", "/v1/calibrate?layer=61", fields: fields, body: body).status == 400)
            }
            let own = Self.json.replacing("{\"samples\"", with: "{\"layers\": 2, \"samples\"")
            let step = service.ask(
                "POST", "/v1/calibrate?layers=61", fields: ["Content-Type: application/json"], body: own)
            #expect(step.body.contains("\"alpha_us\":{\"value\":2,"))
        }
    }
}
