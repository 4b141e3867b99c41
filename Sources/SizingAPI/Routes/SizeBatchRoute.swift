import HTTPServer
import JSON
import Sizing

/// `POST /v1/size/batch`: many sizings at once, each answered or refused by itself, in order.
enum SizeBatchRoute {
    static let maximumRequests = 1_000

    static let route = Route.postJSON("/v1/size/batch") { request in
        var problems = Problems()
        let elements = ObjectReader(request.root, fields: ["requests"], &problems)?
            .required("requests", &problems)?
            .array(limit: maximumRequests, &problems)
        guard let elements, problems.isEmpty else { return .now(request.respond(Problem(problems))) }
        return .deferred { context in respond(request, elements, context) }
    }

    private static func respond(
        _ request: JSONRequest, _ elements: JSONValue.Elements, _ context: WorkContext
    ) -> Response {
        request.respond(capacity: 1024 * (elements.underestimatedCount + 1)) { writer in
            writer.beginObject()
            writer.array("results", elements) { writer, element in
                // Nobody reads the answer then.
                if context.isCancelled { return writer.null() }
                var problems = Problems()
                if let size = SizeRequest.decode(element, &problems) {
                    SizeAnswerSchema.write(answerTo: size, into: &writer)
                } else {
                    Problem(problems).write(into: &writer)
                }
            }
            writer.endObject()
        }
    }
}
