import HTTPServer
import JSON
import Sizing

/// `POST /v1/size`: a workload and hardware in, the ratio out.
enum SizeRoute {
    static let route = Route.postJSON("/v1/size") { request in
        var problems = Problems()
        guard let size = SizeRequest.decode(request.root, &problems) else {
            return .now(request.respond(Problem(problems)))
        }
        if size.isQuick { return .now(respond(request, size)) }
        return .deferred { _ in respond(request, size) }
    }

    private static func respond(_ request: JSONRequest, _ size: SizeRequest) -> Response {
        request.respond { SizeAnswerSchema.write(answerTo: size, into: &$0) }
    }
}

extension SizeRequest {
    /// Whether the answer takes some tens of microseconds, so that an event loop may make it.
    var isQuick: Bool { include.isEmpty }
}
