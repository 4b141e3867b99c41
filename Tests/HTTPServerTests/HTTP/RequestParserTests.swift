import Testing

@testable import HTTPServer

@Suite struct RequestParserTests {
    /// A request that is valid but for its request line.
    private func error(requestLine: String) -> ParseError? {
        ParsedMessages("\(requestLine)\r\nHost: a\r\n\r\n").error
    }

    /// A request that is valid but for one field line.
    private func error(field: String) -> ParseError? {
        ParsedMessages("GET / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n").error
    }

    @Test(
        arguments: [
            ("GET / HTTP/1.1", nil), ("GET /a%20b?c=d?e HTTP/1.1", nil), ("OPTIONS * HTTP/1.1", nil),
            ("M-SEARCH / HTTP/1.1", nil), ("GET / HTTP/1.2", nil), ("GET / HTTP/1.0", nil),
            ("GET http://a.example:80/b?c HTTP/1.1", nil), ("GET HTTPS://[::1]/ HTTP/1.1", nil),
            ("GET http://a?b HTTP/1.1", nil), ("CONNECT a:443 HTTP/1.1", nil),
            ("GET  / HTTP/1.1", .malformedRequestLine), ("GET /", .malformedRequestLine),
            ("GET", .malformedRequestLine),
            ("GET\t/ HTTP/1.1", .malformedRequestLine), (" GET / HTTP/1.1", .malformedRequestLine),
            ("G(T / HTTP/1.1", .malformedRequestLine),
            ("GET / HTTP/1.1 ", .malformedVersion), ("GET / http/1.1", .malformedVersion),
            ("GET / HTTP/11.1", .malformedVersion), ("GET / HTTP/1.10", .malformedVersion),
            ("GET / ", .malformedVersion),
            ("GET / HTTP/+1.1", .malformedVersion), ("GET /a b HTTP/1.1", .malformedVersion),
            ("GET / HTTP/2.0", .unsupportedVersion), ("PRI * HTTP/2.0", .unsupportedVersion),
            ("GET / HTTP/0.9", .unsupportedVersion),
            ("GET * HTTP/1.1", .invalidTarget), ("OPTIONS *x HTTP/1.1", .invalidTarget),
            ("GET a HTTP/1.1", .invalidTarget),
            ("GET a:80 HTTP/1.1", .invalidTarget), ("GET ftp://a/ HTTP/1.1", .invalidTarget),
            ("GET http:///x HTTP/1.1", .invalidTarget), ("GET http://:80/ HTTP/1.1", .invalidTarget),
            ("GET http://u@a/ HTTP/1.1", .invalidTarget), ("GET http://a:99999/ HTTP/1.1", .invalidTarget),
            ("GET http://[::1/ HTTP/1.1", .invalidTarget), ("GET /[ HTTP/1.1", .invalidTarget),
            ("GET /%zz HTTP/1.1", .invalidTarget), ("GET /% HTTP/1.1", .invalidTarget),
            ("GET /a#b HTTP/1.1", .invalidTarget),
            ("GET /\u{7F} HTTP/1.1", .invalidTarget), ("GET /é HTTP/1.1", .invalidTarget),
            ("CONNECT a HTTP/1.1", .invalidTarget), ("CONNECT a: HTTP/1.1", .invalidTarget),
            ("CONNECT /a HTTP/1.1", .invalidTarget),
        ] as [(String, ParseError?)])
    func requestLine(line: String, expected: ParseError?) {
        #expect(error(requestLine: line) == expected)
    }

    @Test(
        arguments: [
            ("X: y", nil), ("X:y", nil), ("X:", nil), ("X:\t y \t", nil), ("!#$%&'*+-.^_`|~0aZ: \u{E9}", nil),
            ("X : y", .whitespaceBeforeColon), ("X\t: y", .whitespaceBeforeColon), ("X y: z", .whitespaceBeforeColon),
            (": y", .malformedFieldName), ("X", .malformedFieldName), ("X\u{0}: y", .malformedFieldName),
            ("(X): y", .malformedFieldName), ("é: y", .malformedFieldName),
            (" X: y", .obsoleteLineFolding), ("X: y\r\n z", .obsoleteLineFolding),
            ("X: y\r\n\tz", .obsoleteLineFolding),
            ("X: a\u{0}b", .invalidFieldValue), ("X: a\u{7F}", .invalidFieldValue), ("X: a\nY: b", .invalidFieldValue),
            ("X: a\rb", .bareCarriageReturn), ("X: a\r\rb", .bareCarriageReturn),
            ("Host: b", .duplicateHost), ("hOST: a", .duplicateHost),
        ] as [(String, ParseError?)])
    func fieldLine(field: String, expected: ParseError?) {
        #expect(error(field: field) == expected)
    }

    @Test(arguments: [
        ("", true), ("a", true), ("a.b-c_d~e", true), ("a:80", true), ("a:", true), ("127.0.0.1:65535", true),
        ("[::1]", true), ("[::1]:8080", true), ("[1:2:3:4:5:6:7:8]", true), ("[::ffff:1.2.3.4]", true),
        ("[v1.a:b]", true),
        ("a%41", true), ("a!$&'()*+,;=b", true),
        ("a b", false), ("a@b", false), ("a:b", false), ("a:65536", false), ("a:80:80", false), ("a/b", false),
        ("[::1", false), ("[]", false), ("[:1]", false), ("[1:2]", false), ("[1:2:3:4:5:6:7:8:9]", false),
        ("[::1::]", false), ("[12345::]", false), ("[::1.2.3]", false), ("[::1.2.3.256]", false), ("[::1]x", false),
        ("a%4", false), ("a%zz", false), ("http://a", false), ("a\u{E9}", false), ("[v.a]", false), ("[1:]", false),
    ])
    func host(value: String, valid: Bool) {
        let parsed = ParsedMessages("GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n")
        #expect(parsed.error == (valid ? nil : .invalidHost))
    }

    @Test func hostIsNeededFrom11On() {
        #expect(ParsedMessages("GET / HTTP/1.1\r\n\r\n").error == .missingHost)
        #expect(ParsedMessages("GET http://a/ HTTP/1.1\r\n\r\n").error == .missingHost)
        #expect(ParsedMessages("GET / HTTP/1.0\r\n\r\n").error == nil)
    }

    @Test(
        arguments: [
            ("Content-Length: 5", nil), ("Content-Length: 0005", nil), ("Content-Length:\t5 ", nil),
            ("Content-Length: 9223372036854775807", nil),
            ("Content-Length: +5", .invalidContentLength), ("Content-Length: -0", .invalidContentLength),
            ("Content-Length: 5,5", .invalidContentLength), ("Content-Length: 5 5", .invalidContentLength),
            ("Content-Length: 0x5", .invalidContentLength), ("Content-Length: 5.0", .invalidContentLength),
            ("Content-Length:", .invalidContentLength), ("Content-Length: \u{665}", .invalidContentLength),
            ("Content-Length: 9223372036854775808", .invalidContentLength),
            ("Content-Length: 18446744073709551621", .invalidContentLength),
            ("Content-Length: 5\r\nContent-Length: 5", .duplicateContentLength),
            ("Content-Length: 5\r\ncontent-length: 6", .duplicateContentLength),
            ("Transfer-Encoding: chunked", nil), ("transfer-encoding: CHUNKED", nil),
            ("Transfer-Encoding: gzip, chunked", .unsupportedTransferCoding),
            ("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", .unsupportedTransferCoding),
            ("Transfer-Encoding: gzip", .invalidTransferEncoding), ("Transfer-Encoding: ", .invalidTransferEncoding),
            ("Transfer-Encoding: identity", .invalidTransferEncoding),
            ("Transfer-Encoding: chunked, gzip", .invalidTransferEncoding),
            ("Transfer-Encoding: chunked, chunked", .invalidTransferEncoding),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .invalidTransferEncoding),
            ("Transfer-Encoding: \"chunked\"", .invalidTransferEncoding),
            ("Transfer-Encoding: chunked;a=b", .invalidTransferEncoding),
            ("Transfer-Encoding: chunked,", .invalidTransferEncoding),
            ("Transfer-Encoding: xchunked", .invalidTransferEncoding),
            ("Content-Length: 5\r\nTransfer-Encoding: chunked", .contentLengthAndTransferEncoding),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5", .contentLengthAndTransferEncoding),
        ] as [(String, ParseError?)])
    func framing(fields: String, expected: ParseError?) {
        #expect(error(field: fields) == expected)
    }

    @Test func transferEncodingIn10IsRefused() {
        let parsed = ParsedMessages("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        #expect(parsed.error == .transferEncodingBeforeHTTP11)
    }

    @Test(arguments: [
        ("5\r\nhello\r\n0\r\n\r\n", "hello"), ("05\r\nhello\r\n000\r\n\r\n", "hello"),
        ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("1;a=b;c\r\nx\r\n1;d=\"e;\\\"f\"\r\ny\r\n0;z\r\n\r\n", "xy"), ("1 ; a = b ; c\r\nx\r\n0\r\n\r\n", "x"),
        ("0\r\nT: v\r\nU:\r\n\r\n", ""),
    ])
    func chunkedBody(body: String, expected: String) {
        let parsed = ParsedMessages("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
        #expect(parsed.error == nil)
        #expect(parsed.messages.first?.complete == true)
        #expect(parsed.messages.first.map { String(decoding: $0.body, as: UTF8.self) } == expected)
    }

    @Test(
        arguments: [
            ("\r\n", .malformedChunkSize), ("g\r\n", .malformedChunkSize), ("-1\r\n", .malformedChunkSize),
            ("0x1\r\n", .malformedChunkSize), ("1 \r\n", .malformedChunkExtension), (" 1\r\n", .malformedChunkSize),
            ("1\nx", .malformedChunkSize), ("1\rx", .malformedChunkSize), ("1,a\r\n", .malformedChunkSize),
            ("10000000000000000\r\n", .malformedChunkSize), ("ffffffffffffffff\r\n", .malformedChunkSize),
            ("1;\r\n", .malformedChunkExtension), ("1;=a\r\n", .malformedChunkExtension),
            ("1;a=\r\n", .malformedChunkExtension), ("1;a=b c\r\n", .malformedChunkExtension),
            ("1;a=\"b\r\n", .malformedChunkExtension), ("1;a\nb\r\n", .malformedChunkExtension),
            ("1;a=\"b\"c\r\n", .malformedChunkExtension),
            ("1\r\nxy\r\n", .chunkWithoutCRLF), ("1\r\nx\n", .chunkWithoutCRLF), ("1\r\nx\rX", .chunkWithoutCRLF),
            ("0\r\nX : y\r\n", .malformedTrailer), ("0\r\n: y\r\n", .malformedTrailer),
            ("0\r\nX: y\n", .malformedTrailer),
            ("0\r\n X: y\r\n", .malformedTrailer), ("0\r\n\rX", .malformedTrailer),
            ("0\r\nX: a\u{1}\r\n", .malformedTrailer),
        ] as [(String, ParseError)])
    func malformedChunks(body: String, expected: ParseError) {
        let parsed = ParsedMessages("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
        #expect(parsed.error == expected)
    }

    @Test func emptyLinesBeforeARequest() {
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(ParsedMessages("\r\n\r\n\(request)\r\n\(request)").messages.count == 2)
        #expect(ParsedMessages(String(repeating: "\r\n", count: 9) + request).error == .tooManyEmptyLines)
        #expect(ParsedMessages("\n\(request)").error == .malformedRequestLine)
        #expect(ParsedMessages("\r\(request)").error == .malformedRequestLine)
    }

    @Test func partsOfTheHead() throws {
        var parser = RequestParser(limits: ServerLimits(), pool: HeadPool())
        var position = 0
        let bytes = Array(
            """
            GET http://h.example:8/p%20q?x=1&y=a+b%21&z HTTP/1.1\r\nHost: other\r\nConnection: foo, Close\r\n\
            X-A: 1\r\nX-Request-Id: abc-1\r\nx-a: 2\r\nExpect: 100-Continue\r\n\r\n
            """.utf8)
        let event = parser.next(bytes.span, &position)
        #expect(event == .head)
        let taken = parser.takeHead()
        let storage = try #require(taken)
        let head = RequestHead(
            storage: storage, connection: ConnectionInfo(peer: .unknown, listener: .main, isTLS: false))
        #expect(head.method == .get)
        #expect(storage.form == .absolute)
        #expect(head.path == "/p%20q")
        #expect(head.query == "x=1&y=a+b%21&z")
        #expect(head.queryItems.map(\.name) == ["x", "y", "z"])
        #expect(head.queryItems.map(\.value) == ["1", "a b!", ""])
        #expect(storage.string(storage.authority) == "h.example:8")
        #expect(head.requestID == "abc-1")
        #expect(head[.init("x-A")!] == "1, 2")
        #expect(head[.accept] == nil)
        #expect(head.contains(.expect))
        #expect(head.fields.count == 6)
        #expect(storage.connectionClose && storage.expectation == .interimResponse)
        let last = parser.next(bytes.span, &position)
        #expect(last == .end)
        #expect(position == bytes.count)
    }
}
