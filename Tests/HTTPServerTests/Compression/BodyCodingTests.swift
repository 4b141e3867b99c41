import HTTPTypes
import TestSupport
import Testing

@testable import HTTPServer

/// Content codings of request bodies, through a whole connection.
@Suite struct BodyCodingTests {
    private func request(
        _ path: String, _ body: [UInt8], coding: String? = "gzip", more: [String] = []
    ) -> [UInt8] {
        let lines =
            ["POST \(path) HTTP/1.1", "Host: a", "Content-Length: \(body.count)"]
            + (coding.map { ["Content-Encoding: \($0)"] } ?? []) + more
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    private func status(_ answer: String) -> String { String(answer.dropFirst(9).prefix(3)) }
    private func body(_ answer: String) -> String {
        guard let end = answer.range(of: "\n\n") else { return "" }
        return String(answer[end.upperBound...])
    }

    @Test(arguments: ["gzip", "GZIP", "x-gzip", "gzip, identity", "deflate"])
    func codedBodiesArriveAsTheyWere(coding: String) {
        let text = "hello, hello, hello"
        let compressed = InflaterTests.compress(Array(text.utf8), windowBits: coding == "deflate" ? 15 : 31)
        let dialogue = Dialogue()
        let answer = dialogue.say(request("/echo", compressed, coding: coding))
        #expect(status(answer) == "200")
        #expect(body(answer) == text)
        // The connection goes on.
        #expect(body(dialogue.say(request("/echo", Array("plain".utf8), coding: nil))) == "plain")
    }

    @Test func cutAnywhere() {
        let bytes = request("/echo", InflaterTests.gzip("hello, hello, hello"))
        for cut in stride(from: 0, through: bytes.count, by: 3) {
            let dialogue = Dialogue()
            let answer = dialogue.say(Array(bytes[..<cut])) + dialogue.say(Array(bytes[cut...]))
            #expect(body(answer) == "hello, hello, hello", "cut at \(cut)")
        }
    }

    @Test(arguments: ["br", "gzip, gzip", "deflate, gzip", "zstd", "compress"])
    func otherCodings(coding: String) {
        let dialogue = Dialogue()
        let answer = dialogue.say(request("/echo", Array("x".utf8), coding: coding))
        #expect(status(answer) == "415")
        #expect(answer.contains("\nAccept-Encoding: gzip, deflate\n"))
        // The framing was sound, so the connection goes on.
        #expect(body(dialogue.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")) == "root")
    }

    @Test func unsupportedIsSaidBeforeTheBody() {
        let dialogue = Dialogue()
        let answer = dialogue.say(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Encoding: br\r\nExpect: 100-continue\r\n\r\n"
        )
        #expect(status(answer) == "415")
        #expect(!answer.contains("100 Continue"))
    }

    @Test(arguments: [
        Array("not gzip".utf8), Array(InflaterTests.gzip("hello").dropLast()), InflaterTests.gzip("hello") + [1], [],
        [0x1F],
    ])
    func malformedContent(content: [UInt8]) {
        for path in ["/echo", "/up"] {
            let dialogue = Dialogue()
            var answer = dialogue.say(request(path, content))
            while !dialogue.box.works.isEmpty { answer += dialogue.runWork() }
            // Content-Length: 0 announces a body of no bytes, which is not gzip.
            #expect(status(answer) == "400", "\(path)")
        }
    }

    @Test func codingWithoutABodyIsNoMatter() {
        let answer = Dialogue().say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Encoding: br\r\n\r\n")
        #expect(status(answer) == "200")
    }

    @Test func theLimitCountsAfterInflation() {
        let ten = InflaterTests.compress([UInt8](repeating: 0x61, count: 10), windowBits: 31)
        // The route /small takes 10 bytes; compressed they are more, and that counts too.
        #expect(ten.count > 10)
        var limits = ServerLimits()
        limits.maximumBody = 100
        let hundred = InflaterTests.compress([UInt8](repeating: 0x61, count: 100), windowBits: 31)
        let more = InflaterTests.compress([UInt8](repeating: 0x61, count: 101), windowBits: 31)
        #expect(more.count < 100)
        #expect(status(Dialogue(limits: limits).say(request("/echo", hundred))) == "200")
        let dialogue = Dialogue(limits: limits)
        #expect(status(dialogue.say(request("/echo", more))) == "413")
    }

    @Test func aBombIsRefusedWhileItArrives() {
        let bomb = InflaterTests.compress([UInt8](repeating: 0, count: 5_000_000), windowBits: 31)
        let dialogue = Dialogue()
        // All but the end of it: no answer may wait for that.
        let answer = dialogue.say(Array(request("/echo", bomb).dropLast(100)))
        #expect(status(answer) == "413")
        #expect(answer.contains("\nConnection: close\n"))
    }

    @Test func streamedBodiesAreHandedOnInBoundedChunks() {
        let size = 1_000_000
        let compressed = InflaterTests.compress([UInt8](repeating: 0x61, count: size), windowBits: 31)
        let dialogue = Dialogue()
        var answer = dialogue.say(request("/up", compressed))
        var chunks = 0
        while !dialogue.box.works.isEmpty {
            if case .consume(_, let chunk) = dialogue.box.works[0] {
                #expect(chunk.count <= BodyFlow.chunkLimit)
                chunks += 1
            }
            #expect(dialogue.box.works.count == 1)
            answer += dialogue.runWork()
        }
        #expect(chunks >= size / BodyFlow.chunkLimit)
        #expect(body(answer) == "\(size)")
        #expect(body(dialogue.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")) == "root")
    }

    /// The damage is found while the consumer is busy with what came before it.
    @Test func damageAheadOfTheConsumerIsSaidAfterWhatCameBefore() {
        var random = SeededGenerator(seed: 5)
        let text = (0..<300_000).map { _ in UInt8.random(in: 97...104, using: &random) }
        var compressed = InflaterTests.compress(text, windowBits: 31)
        compressed[compressed.count - 8] ^= 1  // of the checksum
        let dialogue = Dialogue()
        var answer = dialogue.say(request("/up", compressed))
        var consumed = 0
        while !dialogue.box.works.isEmpty {
            if case .consume(_, let chunk) = dialogue.box.works[0] { consumed += chunk.count }
            #expect(answer.isEmpty && dialogue.box.works.count == 1)
            answer += dialogue.runWork()
        }
        #expect(consumed >= text.count - BodyFlow.chunkLimit)
        #expect(status(answer) == "400")
    }

    @Test func anEarlyAnswerEndsAStreamedBody() {
        var text = [UInt8](repeating: 0x61, count: 500_000)
        text[200_000] = UInt8(ascii: "!")
        let dialogue = Dialogue()
        var answer = dialogue.say(request("/up", InflaterTests.compress(text, windowBits: 31)))
        while !dialogue.box.works.isEmpty { answer += dialogue.runWork() }
        #expect(body(answer) == "early")
    }

    @Test func chunkedAndCoded() {
        let compressed = InflaterTests.gzip("hello")
        var bytes = Array(
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n".utf8)
        for byte in compressed { bytes += Array("1\r\n".utf8) + [byte] + Array("\r\n".utf8) }
        bytes += Array("0\r\n\r\n".utf8)
        #expect(body(Dialogue().say(bytes)) == "hello")
    }
}
