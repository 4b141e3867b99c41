import HTTPTypes
import TestSupport
import Testing

@testable import HTTPServer

@Suite struct CompressingHandlerTests {
    private static let text = String(repeating: "{\"ratio\":9.55,\"idle\":0.06},", count: 100)

    private static func response(
        type: String? = "application/json", body: String = text, status: HTTPResponse.Status = .ok,
        _ more: HTTPFields = [:]
    ) -> Response {
        var fields = more
        fields[.contentType] = type
        return Response(status: status, fields: fields, body: .text(body))
    }

    private func answer(_ response: Response, accept: String? = "gzip", method: String = "GET") throws -> Response {
        try answer(.respond(response), accept: accept, method: method)
    }

    private func answer(_ body: BodyHandling, accept: String?, method: String = "GET") throws -> Response {
        let head = try RequestHead.parsed("/", accept.map { ["Accept-Encoding: \($0)"] } ?? [], method: method)
        return try CompressingHandler(FixedHandler(body)).handling(of: head).response(to: head)
    }

    @Test func acceptedAnswersAreGzip() throws {
        for method in ["GET", "HEAD"] {
            let answer = try answer(Self.response(), method: method)
            #expect(answer.fields[.contentEncoding] == "gzip")
            #expect(answer.fields[.vary] == "Accept-Encoding")
            #expect(answer.body.count < Self.text.utf8.count / 5)
            let same = try InflaterTests.inflate([answer.body.allBytes], .gzip) == Array(Self.text.utf8)
            #expect(same)
        }
    }

    @Test(arguments: [nil, "", "br", "gzip;q=0", "identity, gzip;q=0.5"] as [String?])
    func othersAreAsTheyWereButVary(accept: String?) throws {
        let answer = try answer(Self.response(), accept: accept)
        #expect(answer.fields[.contentEncoding] == nil)
        #expect(answer.fields[.vary] == "Accept-Encoding")
        #expect(answer.body.allBytes == Array(Self.text.utf8))
    }

    @Test(arguments: [
        Case("short", response(body: String(repeating: "a", count: 1023))),
        Case("image", response(type: "image/png")), Case("no type", response(type: nil)),
        Case("events", response(type: "text/event-stream")), Case("partial", response(status: .partialContent)),
        Case("coded", response([.contentEncoding: "br"])),
        Case("no-transform", response([.cacheControl: "no-transform, max-age=5"])),
    ])
    func whatDoesNotPayIsLeftAlone(example: Case) throws {
        let answer = try answer(example.response)
        #expect(answer.fields == example.response.fields)
        let isSame = answer.body.allBytes == example.response.body.allBytes
        #expect(isSame)
    }

    /// A response with a short name for the test's output.
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let response: Response

        init(_ name: String, _ response: Response) {
            testDescription = name
            self.response = response
        }
    }

    @Test func noiseIsSentAsItIs() throws {
        var generator = SeededGenerator(seed: 5)
        let noise = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let response = Response(status: .ok, fields: [.contentType: "text/plain"], body: .bytes(noise))
        let answer = try answer(response)
        #expect(answer.fields[.contentEncoding] == nil)
        #expect(answer.fields[.vary] == "Accept-Encoding")
        #expect(answer.body.allBytes == noise)
    }

    @Test(arguments: [
        ("Origin", "Origin, Accept-Encoding"), ("*", "*"), ("accept-encoding", "accept-encoding"),
        ("Origin , ACCEPT-ENCODING", "Origin , ACCEPT-ENCODING"),
    ])
    func varyIsExtended(before: String, after: String) throws {
        #expect(try answer(Self.response([.vary: before])).fields[.vary] == after)
    }

    @Test(arguments: [("\"v1\"", "W/\"v1\""), ("W/\"v1\"", "W/\"v1\"")])
    func strongTagsBecomeWeak(before: String, after: String) throws {
        #expect(try answer(Self.response([.eTag: before])).fields[.eTag] == after)
        #expect(try answer(Self.response([.eTag: before]), accept: nil).fields[.eTag] == before)
    }

    @Test func laterAnswersAreCodedToo() throws {
        let response = Self.response()
        let bodies: [BodyHandling] = [
            .collect(limit: nil) { _ in .now(response) },
            .collect(limit: nil) { _ in .deferred { _ in response } },
            .stream(limit: 10, EndingConsumer(response)),
        ]
        for body in bodies {
            #expect(try answer(body, accept: "gzip").fields[.contentEncoding] == "gzip")
            #expect(try answer(body, accept: nil).fields[.contentEncoding] == nil)
        }
        let early = CompressingConsumer(EndingConsumer(response)) { _ in Response(status: .badRequest) }
        #expect(early.consume([1])?.status == .badRequest)
    }

    @Test func streamsAreLeftAlone() throws {
        let response = Self.response()
        let body = BodyHandling.collect(limit: nil) { _ in .stream(head: response) { _ in } }
        #expect(try answer(body, accept: "gzip").fields[.contentEncoding] == nil)
    }

    @Test func constantsAreCodedOnce() throws {
        let constant = PreparedResponse(Self.response())
        let handler = CompressingHandler(FixedHandler(Response(constant)))
        let head = try RequestHead.parsed("/", ["Accept-Encoding: gzip"])
        let first = try handler.handling(of: head).response(to: head)
        let second = try handler.handling(of: head).response(to: head)
        #expect(first.fields[.contentEncoding] == "gzip")
        #expect(first.prepared != nil && first.prepared === second.prepared)
        let plain = try RequestHead.parsed("/")
        #expect(try handler.handling(of: plain).response(to: plain).fields[.contentEncoding] == nil)
    }
}

/// A consumer that answers its first chunk, or the end.
private final class EndingConsumer: BodyConsumer {
    private let response: Response

    init(_ response: Response) { self.response = response }

    func consume(_ chunk: [UInt8]) -> Response? { response }
    func finish() -> ResponseDelivery { .deferred { [response] _ in response } }
}
