import HTTPServer
import HTTPTypes

/// Answers a form with a line for each part: its name, its file's name or a hyphen, its bytes as hexadecimal digits.
final class FormListing: BodyConsumer, @unchecked Sendable {
    // Unchecked: a consumer's calls never overlap (see `BodyConsumer`).
    private var parser: MultipartParser
    private var lines = ""

    init(_ boundary: MultipartBoundary) { parser = MultipartParser(boundary) }

    func consume(_ chunk: [UInt8]) -> Response? {
        do throws(MultipartError) {
            try parser.feed(chunk) { event in
                switch event {
                case .part(let part): lines += "\(part.name) \(part.filename ?? "-") "
                case .data(let bytes):
                    for byte in bytes {
                        lines += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
                    }
                case .end: lines += "\n"
                }
            }
            return nil
        } catch {
            return Self.refusal(error)
        }
    }

    func finish() -> ResponseDelivery {
        do throws(MultipartError) { try parser.finish() } catch { return .now(Self.refusal(error)) }
        return .now(Response(status: .ok, fields: [.contentType: "text/plain"], body: .text(lines)))
    }

    static func refusal(_ error: MultipartError) -> Response {
        Response(status: .badRequest, fields: [.contentType: "text/plain"], body: .text("\(error)\n"))
    }
}
