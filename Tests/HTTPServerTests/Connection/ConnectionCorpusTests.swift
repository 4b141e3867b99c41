import Testing

@testable import HTTPServer

/// The conformance cases, answered by a connection without a socket: the same however they are cut.
@Suite struct ConnectionCorpusTests {
    private static func answers(_ pieces: [ArraySlice<UInt8>]) -> String {
        let talk = Dialogue()
        var text = ""
        for piece in pieces { text += talk.say(Array(piece)) }
        return text + (talk.isHalfClosed ? " [closed]" : "")
    }

    @Test func theSameAnswersHoweverCut() {
        #expect(Corpus.cases.count == 407)
        for example in Corpus.cases {
            let bytes = example.bytes
            let whole = Self.answers([bytes[...]])
            if bytes.count <= 8192 {
                let single = Self.answers(bytes.indices.map { bytes[$0...$0] })
                if single != whole { Issue.record("\(example.name) byte by byte: \(single), whole: \(whole)") }
            }
            let cuts = bytes.count <= 1024 ? Array(0...bytes.count) : Array(stride(from: 0, to: bytes.count, by: 1999))
            for cut in cuts {
                let parts = Self.answers([bytes[..<cut], bytes[cut...]])
                if parts != whole { Issue.record("\(example.name) cut at \(cut): \(parts), whole: \(whole)") }
            }
        }
    }
}
