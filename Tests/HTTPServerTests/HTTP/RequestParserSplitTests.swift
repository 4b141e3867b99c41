import Testing

@testable import HTTPServer

/// The same bytes give the same result however they are cut.
@Suite struct RequestParserSplitTests {
    @Test func corpusByteByByte() {
        #expect(Corpus.cases.count == 407)
        for example in Corpus.cases {
            #expect(
                ParsedMessages([example.bytes[...]]) == ParsedMessages.byteByByte(example.bytes), "\(example.name)")
        }
    }

    @Test func corpusCutAtEveryPosition() {
        for example in Corpus.cases {
            let whole = ParsedMessages([example.bytes[...]])
            let count = example.bytes.count
            // The few long cases repeat one pattern: a sample of cuts, and all cuts near both ends, will do.
            let cuts = count <= 2048 ? Array(0...count) : Array(0...300) + stride(from: 300, to: count, by: 4999)
            for cut in cuts {
                let parsed = ParsedMessages([example.bytes[..<cut], example.bytes[cut...]])
                if parsed != whole { Issue.record("\(example.name) cut at \(cut): \(parsed), whole: \(whole)") }
            }
        }
    }

    @Test func pipelinedRequestsCutInThree() {
        let bytes = Array(
            """
            POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x="y"\r\nabc\r\n0\r\nT: v\r\n\r\n\
            GET /b?c HTTP/1.1\r\nHost: b\r\n\r\nPUT /d HTTP/1.0\r\nContent-Length: 4\r\n\r\n1234
            """.utf8)
        let whole = ParsedMessages([bytes[...]])
        #expect(whole.messages.map(\.target) == ["/a", "/b?c", "/d"])
        #expect(whole.messages.map { String(decoding: $0.body, as: UTF8.self) } == ["abc", "", "1234"])
        #expect(whole.messages.allSatisfy { $0.complete })
        for first in stride(from: 0, through: bytes.count, by: 3) {
            for second in stride(from: first, through: bytes.count, by: 3) {
                let parsed = ParsedMessages([bytes[..<first], bytes[first..<second], bytes[second...]])
                #expect(parsed == whole, "cut at \(first) and \(second)")
            }
        }
    }
}
