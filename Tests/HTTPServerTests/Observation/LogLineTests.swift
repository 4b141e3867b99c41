import Foundation
import Logging
import TestSupport
import Testing

@testable import HTTPServer

@Suite struct LogLineTests {
    private enum Key {
        static let route = LogKey(json: ",\"route\":", text: " route=")
        static let status = LogKey(json: ",\"status\":", text: " status=")
        static let completed = LogKey(json: ",\"completed\":", text: " completed=")
        static let note = LogKey(json: ",\"note\":", text: " note=")
        static let empty = LogKey(json: ",\"empty\":", text: " empty=")
        static let value = LogKey(json: ",\"value\":", text: " value=")
        static let id = LogKey(json: ",\"id\":", text: " id=")
    }

    private static let time = Timestamp(milliseconds: 1_795_521_600_007)

    private func line(_ format: LogFormat, message: String = "request", _ fill: (inout LogLine) -> Void) -> String {
        var line = LogLine(format, time: Self.time, level: "info", message: message)
        fill(&line)
        return String(decoding: line.finish(), as: UTF8.self)
    }

    @Test func json() {
        let text = line(.json) {
            $0.add(Key.route, "/v1/size")
            $0.add(Key.status, 200)
            $0.add(Key.completed, false)
            $0.add(key: "dynamic", "x")
        }
        #expect(
            text == """
                {"time":"2026-11-24T12:00:00.007Z","level":"info","message":"request","route":"/v1/size","status":200,\
                "completed":false,"dynamic":"x"}

                """)
    }

    @Test func text() {
        let text = line(.text, message: "draining now") {
            $0.add(Key.route, "/v1/size")
            $0.add(Key.status, 200)
            $0.add(Key.note, "two words")
            $0.add(Key.empty, "")
        }
        #expect(
            text == """
                2026-11-24T12:00:00.007Z info draining now route=/v1/size status=200 note="two words" empty=""

                """)
    }

    @Test(arguments: LogFormat.allCases)
    func nothingForgesALineOrAField(format: LogFormat) {
        let hostile = [
            "a\nb", "a\r\nb", "\u{0}", "\u{1B}[2J", "\u{7F}", "\u{85}", "\u{9B}", "\u{2028}", "\" status=500", "a\\",
            "x=y",
            "\"},{\"level\":\"error", "a status=500",
        ]
        for value in hostile {
            let text = line(format, message: value) {
                $0.add(Key.value, value)
                $0.add(Key.value, Array(value.utf8)[...])
                $0.add(key: value, "end")
            }
            #expect(text.utf8.count { $0 == 0x0A } == 1)
            #expect(text.hasSuffix("\n"))
            #expect(text.dropLast().unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        }
    }

    @Test func aFieldInTextIsNotForged() {
        #expect(line(.text) { $0.add(Key.id, "a status=500") }.hasSuffix(" id=\"a status=500\"\n"))
        #expect(line(.text) { $0.add(Key.id, "a\" status=500 b=\"") }.hasSuffix(" id=\"a\\\" status=500 b=\\\"\"\n"))
    }

    @Test func jsonRoundTrips() throws {
        let hostile = (0..<0x300).compactMap { Unicode.Scalar($0).map(String.init) }.joined() + "\u{2028}\u{1F600}"
        let text = line(.json, message: hostile) { $0.add(key: hostile, hostile) }
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
        #expect(object?["message"] == hostile)
        #expect(object?[hostile] == hostile)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func timestamps(milliseconds: Int64, text: String) {
        var bytes: [UInt8] = []
        Timestamp(milliseconds: milliseconds).append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test func timestampsAsFoundationHasThem() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let second = Int64.random(in: -2_000_000_000...10_000_000_000, using: &generator)
            var bytes: [UInt8] = []
            Timestamp(milliseconds: second * 1000).append(to: &bytes)
            let expected = Date(timeIntervalSince1970: Double(second)).ISO8601Format().dropLast() + ".000Z"
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
        }
    }

    @Test func loggingPackage() {
        let handler = StructuredLogHandler(label: "server", format: .json, to: LogWriter(descriptor: -1))
        var event = LogEvent(
            level: .warning, message: "kept \"old\"", metadata: ["b": "2", "a": "1"], source: "", file: "",
            function: "",
            line: 1)
        event.error = TLSError.truncated
        #expect(
            String(decoding: handler.line(for: event, time: Self.time), as: UTF8.self) == """
                {"time":"2026-11-24T12:00:00.007Z","level":"warning","message":"kept \\"old\\"","logger":"server",\
                "a":"1","b":"2","error":"TLS stream ended without close_notify"}

                """)
    }
}
