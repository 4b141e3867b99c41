import TestSupport
import Testing

@testable import HTTPServer

@Suite("Forms of several parts") struct MultipartParserTests {
    /// What a body brings: `name(filename)<type>=content` for each part, or the error.
    private static func read(
        _ body: String, boundary: String = "x", pieces: [Int] = []
    ) throws -> (parts: [String], error: MultipartError?) {
        var parser = MultipartParser(try MultipartBoundary(contentType: "multipart/form-data; boundary=\(boundary)"))
        var parts: [String] = []
        var content: [UInt8] = []
        var head = ""
        func take(_ event: MultipartParser.Event) {
            switch event {
            case .part(let part):
                head = part.name + (part.filename.map { "(\($0))" } ?? "") + (part.contentType.map { "<\($0)>" } ?? "")
                content = []
            case .data(let bytes):
                #expect(!bytes.isEmpty)
                content += bytes
            case .end: parts.append(head + "=" + String(decoding: content, as: UTF8.self))
            }
        }
        var rest = Array(body.utf8)[...]
        var cuts = pieces
        do {
            while !rest.isEmpty {
                let piece = rest.prefix(cuts.isEmpty ? rest.count : cuts.removeFirst())
                try parser.feed(Array(piece), take)
                rest = rest.dropFirst(piece.count)
            }
            try parser.finish()
            return (parts, nil)
        } catch {
            return (parts, error)
        }
    }

    private static let head = "Content-Disposition: form-data; name=\"a\"\r\n"

    /// Bodies with the boundary x, and what they bring.
    private static let bodies: [(String, [String])] = [
        ("--x\r\n\(head)\r\n1\r\n--x--", ["a=1"]),
        ("--x\r\n\(head)\r\n1\r\n--x--\r\nepilogue --x", ["a=1"]),
        ("\r\n--x\r\n\(head)\r\n1\r\n--x--\r\n", ["a=1"]),
        ("preamble\r\n--x\r\n\(head)\r\n1\r\n--x--\r\n", ["a=1"]),
        // Not at the beginning of a line.
        ("pre--x\r\n--x\r\n\(head)\r\n1--x\r\n--x--\r\n", ["a=1--x"]),
        ("--x \t \r\n\(head)\r\n1\r\n--x--  \r\n", ["a=1"]),
        ("--x\r\n\(head)\r\n\r\n--x--", ["a="]),
        ("--x\r\n\(head)\r\n--x--", ["a="]),
        ("--x\r\n\(head)\r\n\r\n\r\n--x--", ["a=\r\n"]),
        // Beginnings of delimiters within the content.
        ("--x\r\n\(head)\r\n\r\r\n\r\n-\r\n--\r\n--y\r\n--x--", ["a=\r\r\n\r\n-\r\n--\r\n--y"]),
        ("--x\r\n\(head)\r\n\n--x\n\r\n--x--", ["a=\n--x\n"]),
        (
            "--x\r\n\(head)\r\n1\r\n--x\r\ncontent-type:text/csv \r\nCONTENT-DISPOSITION:Form-Data ; filename=\"t \\\"1\\\".csv\"; name=trace;\r\nX-More: 1\r\n\r\np,d\r\n--x--",
            ["a=1", "trace(t \"1\".csv)<text/csv>=p,d"]
        ),
        (
            "--x\r\nContent-Disposition: form-data; name=\"\u{fc};\"; filename=\"C:\\dir\\a\"\r\nContent-Transfer-Encoding: binary\r\n\r\n\u{0}\r\n--x--",
            ["\u{fc};(C:\\dir\\a)=\u{0}"]
        ),
        ("--x--", []),
    ]

    @Test("what a body brings, however it is cut")
    func bodies() throws {
        for (body, parts) in Self.bodies {
            for pieces in [
                [], Array(repeating: 1, count: body.utf8.count), Array(repeating: 7, count: body.utf8.count),
            ] {
                let found = try Self.read(body, pieces: pieces)
                #expect(found.error == nil, "\(body)")
                #expect(found.parts == parts, "\(body)")
            }
            for cut in 1..<body.utf8.count {
                #expect(try Self.read(body, pieces: [cut]).parts == parts, "\(body) cut at \(cut)")
            }
        }
    }

    /// Bodies that are refused.
    private static let refused: [(String, MultipartError)] = [
        ("", .truncated), ("--x", .truncated), ("--x-", .truncated), ("--x\r\n\(head)\r\n1", .truncated),
        ("--x\r\n\(head)\r\n1\r\n--x", .truncated), ("--x\r\n\(head)", .truncated), ("--y--", .truncated),
        ("--xy\r\n", .invalidDelimiter), ("--x-y", .invalidDelimiter), ("--x\n", .invalidDelimiter),
        ("--x\r\r\n", .invalidDelimiter), ("--x\r\n\(head)\r\n1\r\n--xy\r\n--x--", .invalidDelimiter),
        ("--x" + String(repeating: " ", count: 300) + "\r\n", .invalidDelimiter),
        ("--x\r\n\r\n1\r\n--x--", .invalidDisposition), ("--x\r\nX: 1\r\n\r\n1\r\n--x--", .invalidDisposition),
        ("--x\r\n\(head)\(head)\r\n1\r\n--x--", .invalidDisposition),
        ("--x\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n--x--", .invalidDisposition),
        ("--x\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--x--", .invalidDisposition),
        ("--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--x--", .invalidDisposition),
        ("--x\r\nContent-Disposition: form-data; name=\"a\\\"\r\n\r\n1\r\n--x--", .invalidDisposition),
        ("--x\r\nContent-Disposition: form-data; name\r\n\r\n1\r\n--x--", .invalidDisposition),
        ("--x\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\n1\r\n--x--", .invalidDisposition),
        ("--x\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--x--", .invalidDisposition),
        ("--x\r\n\(head)Content-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--x--", .transferEncoding),
        ("--x\r\n\(head) folded\r\n\r\n1\r\n--x--", .invalidHeader), ("--x\r\n: 1\r\n\r\n1\r\n--x--", .invalidHeader),
        ("--x\r\n\(head)X\r\n\r\n1\r\n--x--", .invalidHeader),
        ("--x\r\n\(head)X: \u{0}\r\n\r\n1\r\n--x--", .invalidHeader),
        ("--x\r\n\(head)X: 1\nY: 2\r\n\r\n1\r\n--x--", .invalidHeader),
        ("--x\r\n\(head)X: " + String(repeating: "y", count: 9000) + "\r\n\r\n1\r\n--x--", .headerTooLong),
    ]

    @Test("what is refused, however it is cut")
    func refused() throws {
        for (body, error) in Self.refused {
            #expect(try Self.read(body).error == error, "\(body.prefix(200))")
            #expect(try Self.read(body, pieces: Array(repeating: 1, count: body.utf8.count)).error == error)
            #expect(!error.description.isEmpty)
        }
    }

    @Test("the number of parts is bounded")
    func parts() throws {
        let part = "--x\r\n\(Self.head)\r\n1\r\n"
        let most = MultipartParser.maximumParts
        #expect(try Self.read(String(repeating: part, count: most) + "--x--").parts.count == most)
        #expect(try Self.read(String(repeating: part, count: most + 1) + "--x--").error == .tooManyParts)
    }

    @Test("boundaries as media types have them")
    func boundaries() throws {
        func boundary(_ type: String) -> String? {
            (try? MultipartBoundary(contentType: type)).map { String(decoding: $0.bytes, as: UTF8.self) }
        }
        #expect(boundary("multipart/form-data; boundary=----WebKitFormBoundaryAb1") == "----WebKitFormBoundaryAb1")
        #expect(boundary("Multipart/Form-Data ;charset=utf-8;BOUNDARY=\"a b:/?'()+_,-.=\"") == "a b:/?'()+_,-.=")
        #expect(boundary("multipart/form-data;boundary=a/b:c") == "a/b:c")
        for wrong in [
            "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
            "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=a; boundary=b",
            "multipart/form-data; boundary=\"a", "multipart/form-data; boundary=a*", "multipart/mixed; boundary=a",
            "multipart/form-data; boundary=" + String(repeating: "a", count: 71),
            "multipart/form-data; boundary=\u{e9}",
        ] {
            #expect(boundary(wrong) == nil, "\(wrong)")
        }
    }

    @Test("random contents come back, whatever the boundary and the cuts", arguments: 0..<50 as Range<UInt64>)
    func contents(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // Bytes that look like delimiters.
        let alphabet: [Character] = ["\r", "\n", "-", "a", "b"]
        let boundary = String(
            (0..<Int.random(in: 1...3, using: &random)).map { _ in "ab".randomElement(using: &random) ?? "a" })
        func content() -> String {
            while true {
                let text = String(
                    (0..<Int.random(in: 0...60, using: &random)).map { _ in
                        alphabet.randomElement(using: &random) ?? "a"
                    })
                if !("\r\n" + text).utf8.contains("\r\n--\(boundary)".utf8) { return text }
            }
        }
        let contents = (0..<3).map { _ in content() }
        let body =
            contents.map { "--\(boundary)\r\n\(Self.head)\r\n\($0)\r\n" }.joined() + "--\(boundary)--\r\n"
        let pieces = (0..<body.utf8.count).map { _ in Int.random(in: 1...9, using: &random) }
        let found = try Self.read(body, boundary: boundary, pieces: pieces)
        #expect(found.error == nil)
        #expect(found.parts == contents.map { "a=\($0)" })
    }
}
