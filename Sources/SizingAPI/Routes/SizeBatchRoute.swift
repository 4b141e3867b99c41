import HTTPServer
import JSON
import Sizing

/// `POST /v1/size/batch`: many sizings at once, each answered or refused by itself, in order.
enum SizeBatchRoute {
    static let maximumRequests = 1_000

    static func route(_ service: SimulationService) -> Route {
        .postJSON("/v1/size/batch") { request in
            var problems = Problems()
            let elements = ObjectReader(request.root, fields: ["requests"], &problems)?
                .required("requests", &problems)?
                .array(limit: maximumRequests, &problems)
            guard let elements, problems.isEmpty else { return .now(request.respond(Problem(problems))) }
            return .deferred { context in respond(request, elements, service, context) }
        }
    }

    private static func respond(
        _ request: JSONRequest, _ elements: JSONValue.Elements, _ service: SimulationService, _ context: WorkContext
    ) -> Response {
        request.respond(capacity: 1024 * (elements.underestimatedCount + 1)) { writer in
            writer.beginObject()
            writer.array("results", elements) { writer, element in
                // Nobody reads the answer then.
                if context.isCancelled { return writer.null() }
                var problems = Problems()
                let size = SizeRequest.decode(element, service.limits, &problems)
                if let simulation = size?.simulation {
                    problems.add(simulation.value, "must not be part of a batch: ask for it by itself")
                }
                if let size, problems.isEmpty {
                    SizeAnswerSchema.write(answerTo: size, into: &writer)
                } else {
                    Problem(problems).write(into: &writer)
                }
            }
            writer.endObject()
        }
    }
}
