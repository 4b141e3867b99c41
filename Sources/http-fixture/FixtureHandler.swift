import HTTPServer
import HTTPTypes

/// The routes that the conformance cases ask for: `GET /`, `POST /` and `POST /echo` (the whole body), `GET /echo` (the
/// fields of the request), `POST /form` (what is in the parts of a form).
struct FixtureHandler: HTTPHandler {
    private static let hello = Response(
        PreparedResponse(
            Response(status: .ok, fields: [.contentType: "text/plain"], body: .constant(StaticBytes("Hello.\n")))))

    func handling(of head: RequestHead) -> RequestHandling {
        if head.pathEquals("/") || head.path == "/" {
            switch head.method {
            case .get, .head: return .respond(route: "/", Self.hello)
            case .post: return RequestHandling(route: "/", body: .collect(limit: nil, then: Self.echo))
            default: return Self.wrongMethod(head, "/")
            }
        }
        if head.pathEquals("/echo") {
            switch head.method {
            case .get, .head: return .respond(route: "/echo", Self.listFields(head))
            case .post: return RequestHandling(route: "/echo", body: .collect(limit: nil, then: Self.echo))
            default: return Self.wrongMethod(head, "/echo")
            }
        }
        if head.pathEquals("/form"), head.method == .post {
            do throws(MultipartError) {
                let boundary = try MultipartBoundary(contentType: head[.contentType] ?? "")
                return RequestHandling(route: "/form", body: .stream(limit: 1 << 20, FormListing(boundary)))
            } catch {
                return .respond(route: "/form", FormListing.refusal(error))
            }
        }
        return .respond(
            route: "", Response(status: .notFound, fields: [.contentType: "text/plain"], body: .text("Not found.\n")))
    }

    private static func wrongMethod(_ head: RequestHead, _ route: String) -> RequestHandling {
        let allow: HTTPFields = [.allow: "GET, HEAD, POST, OPTIONS"]
        let status: HTTPResponse.Status = head.method == .options ? .noContent : .methodNotAllowed
        return .respond(route: route, Response(status: status, fields: allow))
    }

    @Sendable private static func echo(_ request: Request) -> ResponseDelivery {
        .now(
            Response(
                status: .ok, fields: [.contentType: "application/octet-stream"], body: .bytes(request.body)))
    }

    private static func listFields(_ head: RequestHead) -> Response {
        let lines = head.fields.map { "\($0.name.rawName): \($0.value)\n" }
        return Response(status: .ok, fields: [.contentType: "text/plain"], body: .text(lines.joined()))
    }
}

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
