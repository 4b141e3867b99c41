import Testing

@testable import HTTPServer

/// Every limit, at its edge and one byte beyond, whole and byte by byte.
@Suite struct RequestParserLimitTests {
    private func error(_ text: String, _ limits: ServerLimits) -> ParseError? {
        let bytes = Array(text.utf8)
        let whole = ParsedMessages([bytes[...]], limits: limits)
        #expect(whole == ParsedMessages.byteByByte(bytes, limits: limits))
        return whole.error
    }

    private let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test func requestLine() {
        var limits = ServerLimits()
        limits.requestLine = 50
        let overhead = "GET / HTTP/1.1".utf8.count
        func line(_ length: Int) -> String {
            "GET /\(String(repeating: "a", count: length - overhead)) HTTP/1.1\r\nHost: a\r\n\r\n"
        }
        #expect(error(line(50), limits) == nil)
        #expect(error(line(51), limits) == .targetTooLong)
        #expect(error(line(90), limits) == .targetTooLong)
        #expect(error(String(repeating: "A", count: 51), limits) == .methodTooLong)
        // The error comes with the byte that breaks the limit, not with the end of the line.
        #expect(error("GET /\(String(repeating: "a", count: 60))", limits) == .targetTooLong)
    }

    @Test func headerSection() {
        var limits = ServerLimits()
        limits.headerSection = 40
        func request(_ length: Int) -> String {
            let host = "Host: a\r\n"
            let rest = length - host.utf8.count - "X: \r\n".utf8.count
            return "GET / HTTP/1.1\r\n\(host)X: \(String(repeating: "y", count: rest))\r\n\r\n"
        }
        #expect(error(request(40), limits) == nil)
        #expect(error(request(41), limits) == .headerSectionTooLarge)
        #expect(error("GET / HTTP/1.1\r\n\(String(repeating: "y", count: 41))", limits) == .headerSectionTooLarge)
    }

    @Test func headerFields() {
        var limits = ServerLimits()
        limits.headerFields = 3
        #expect(error("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\n\r\n", limits) == nil)
        #expect(error("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\nC", limits) == .tooManyFields)
    }

    @Test func chunkLine() {
        var limits = ServerLimits()
        limits.chunkLine = 10
        #expect(error("\(chunked)0000000001\r\nx\r\n0\r\n\r\n", limits) == nil)
        #expect(error("\(chunked)00000000001", limits) == .chunkLineTooLong)
        #expect(error("\(chunked)1;abcdefgh\r\nx\r\n0\r\n\r\n", limits) == nil)
        #expect(error("\(chunked)1;abcdefghi", limits) == .chunkLineTooLong)
    }

    @Test func chunkExtensions() {
        var limits = ServerLimits()
        limits.chunkExtensions = 6
        #expect(error("\(chunked)1;ab\r\nx\r\n1;ab\r\ny\r\n0\r\n\r\n", limits) == .none)
        #expect(error("\(chunked)1;ab\r\nx\r\n1;abc\r\ny\r\n0\r\n\r\n", limits) == .none)
        #expect(error("\(chunked)1;ab\r\nx\r\n1;abcd\r\ny\r\n0;e\r\n\r\n", limits) == .chunkExtensionsTooLarge)
    }

    @Test func trailers() {
        var limits = ServerLimits()
        limits.trailerSection = 20
        limits.headerFields = 3
        #expect(error("\(chunked)0\r\nT: \(String(repeating: "v", count: 15))\r\n\r\n", limits) == nil)
        #expect(error("\(chunked)0\r\nT: \(String(repeating: "v", count: 20))", limits) == .trailerSectionTooLarge)
        #expect(error("\(chunked)0\r\nA:\r\nB:\r\nC:\r\n\r\n", limits) == nil)
        #expect(error("\(chunked)0\r\nA:\r\nB:\r\nC:\r\nD", limits) == .tooManyTrailers)
    }
}
