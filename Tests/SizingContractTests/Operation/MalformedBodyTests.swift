import ContractTestSupport
import JSON
import TestSupport
import Testing

/// What is not JSON, or not acceptable JSON: 400 with a pointer, never a crash or a 500.
@Suite struct MalformedBodyTests {
    @Test(arguments: [
        ("", ""), ("{", ""), ("{\"workload\": ", "/workload"), ("{\"workload\": {\"prefill\": 100,}}", "/workload"),
        ("{\"batch_size\": 1e999}", "/batch_size"), ("{\"batch_size\": 01}", "/batch_size"),
        ("{\"batch_size\": 1, \"batch_size\": 2}", "/batch_size"), ("{\"batch_size\": NaN}", "/batch_size"),
        ("{\"workload\": {\"decode\": 1, \"prefill\": 2, \"decode\": 3}}", "/workload/decode"),
        ("\u{FEFF}{}", ""), ("{} {}", ""), ("{\"\\uD800\": 1}", ""), ("// no\n{}", ""),
    ])
    func isRefused(body: String, pointer: String) throws {
        for path in ["/v1/size", "/v1/size/batch"] {
            let reply = try Reply(path, body)
            #expect(reply.status == 400)
            #expect(reply.value("errors")?.elements.first { _ in true }?["pointer"]?.string == pointer)
            #expect(reply.value("title")?.string == "Bad Request")
        }
    }

    @Test func everyPrefixOfARequestIsRefused() throws {
        let body = Sample.size()
        for length in 0..<body.utf8.count {
            let reply = try Reply("/v1/size", String(decoding: body.utf8.prefix(length), as: UTF8.self))
            #expect(reply.status == 400, "\(length)")
        }
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"workload\":"])
    func nestingBombs(opening: String) throws {
        let reply = try Reply("/v1/size", String(repeating: opening, count: 100_000))
        #expect(reply.status == 400)
        #expect(reply.value("detail")?.string?.contains("nested deeper than 64 levels") == true)
    }

    @Test func bytesThatAreNotText() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let bytes = (0..<64).map { _ in UInt8.random(in: 0x80...0xFF, using: &generator) }
            #expect(throws: JSONError.self) { try JSONDocument(parsing: bytes) }
        }
    }
}
