import Testing
import Text

@testable import Calibration

@Suite("Traces cut in pieces") struct CutTests {
    private static func outcome(_ text: [UInt8], piece: Int) -> Result<TraceSummary, InvalidInput> {
        Result { () throws(InvalidInput) in
            var parser = TraceParser(format: .csv, options: TraceOptions())
            for start in stride(from: 0, to: text.count, by: piece) {
                let part = Array(text[start..<min(text.count, start + piece)])
                try parser.feed(part.span)
            }
            return try parser.finish()
        }
    }

    @Test("a row that is given back to the careful reader is judged once: no id is said to repeat")
    func damaged() throws {
        let text =
            Array("id,prompt,prompt_tokens,completion_tokens\n1,hello,374,".utf8) + Array(repeating: 0xFF, count: 8)
            + Array(
                "finished,396,109\n3,hello,879,55\n4,hello,91,16\n5,hello,1500,300\n6,hello,2100,20\n7,closed\",610,402\n8,hello,45,77\n9,hello,1810,145\n"
                    .utf8)
        let whole = Self.outcome(text, piece: text.count)
        for piece in [1, 7, 64] {
            #expect(Self.outcome(text, piece: piece) == whole, "\(piece)")
        }
    }
}
