import JSON
import TestSupport
import Testing

@Suite struct JSONWriterTests {
    private static func write(pretty: Bool, _ content: (inout JSONWriter) -> Void) throws -> String {
        var writer = JSONWriter(pretty: pretty)
        content(&writer)
        return String(decoding: try writer.finish(), as: UTF8.self)
    }

    private static func sample(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("ratio", 10)
        writer.field("cycle_us", 323.5)
        writer.object("idle") { $0.field("ffn", 0.034) }
        writer.array("names", ["a", "b\"\\"]) { $0.value($1) }
        writer.array("empty", [Int]()) { $0.value($1) }
        writer.object("none") { _ in }
        writer.name("last")
        writer.null()
        writer.field("bool", true)
        writer.name("any\n")
        writer.value("text" as StaticString)
        writer.endObject()
    }

    @Test func writesCompactText() throws {
        #expect(
            try Self.write(pretty: false, Self.sample)
                == #"{"ratio":10,"cycle_us":323.5,"idle":{"ffn":0.034},"names":["a","b\"\\"],"empty":[],"none":{},"#
                + #""last":null,"bool":true,"any\n":"text"}"#)
    }

    @Test func writesPrettyText() throws {
        #expect(
            try Self.write(pretty: true, Self.sample) == """
                {
                  "ratio": 10,
                  "cycle_us": 323.5,
                  "idle": {
                    "ffn": 0.034
                  },
                  "names": [
                    "a",
                    "b\\"\\\\"
                  ],
                  "empty": [],
                  "none": {},
                  "last": null,
                  "bool": true,
                  "any\\n": "text"
                }

                """)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func refusesWhatJSONCannotSay(_ number: Double) {
        let error = #expect(throws: JSONWriter.NotFinite.self) {
            try Self.write(pretty: false) { writer in
                writer.beginArray()
                writer.beginObject()
                writer.field("cycle_us", number)
                writer.field("ratio", 1.0)
                writer.endObject()
                writer.endArray()
            }
        }
        #expect(error?.member == "cycle_us")
    }

    @Test("quotes, backslashes and control characters are escaped at any place, and nothing else is", arguments: 0..<20)
    func escapes(place: Int) throws {
        let around = String(repeating: "é", count: place / 2) + String(repeating: "~", count: place % 2)
        for byte in UInt8(0)...0x7F {
            let character = Character(Unicode.Scalar(byte))
            let mustBeEscaped = byte < 0x20 || character == "\"" || character == "\\"
            let written = try Self.write(pretty: false) { $0.value("\(around)\(character)\(around)") }
            #expect(written.contains("\\") == mustBeEscaped)
            #expect(mustBeEscaped || written == "\"\(around)\(character)\(around)\"")
        }
    }

    /// Any string reads back as it was.
    @Test func stringsReadBack() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                let range: ClosedRange<UInt32> = Bool.random(using: &generator) ? 0...0x7F : 0...0x10FFFF
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
                    text.unicodeScalars.append(scalar)
                }
            }
            let written = try Self.write(pretty: false) { $0.value(text) }
            #expect(try JSONDocument(parsing: written).root.string == text)
        }
    }
}
