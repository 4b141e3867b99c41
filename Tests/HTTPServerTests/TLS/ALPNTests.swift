import Testing

@testable import HTTPServer

@Suite struct ALPNTests {
    @Test(
        arguments: [
            ("\u{8}http/1.1", 1..<9),
            ("\u{2}h2\u{8}http/1.1", 4..<12),
            ("\u{8}http/1.1\u{2}h2", 1..<9),
            ("", nil),
            ("\u{2}h2", nil),
            ("\u{8}http/1.", nil),  // Cut short.
            ("\u{9}http/1.1", nil),
            ("\u{0}\u{8}http/1.1", nil),  // Empty names are malformed (RFC 7301 section 3.1).
            ("\u{8}HTTP/1.1", nil),
        ] as [(String, Range<Int>?)])
    func rangeOfTheProtocol(list: String, range: Range<Int>?) {
        let bytes = Array(list.utf8)
        #expect(bytes.withUnsafeBufferPointer { ALPN.range(in: $0) } == range)
    }
}
