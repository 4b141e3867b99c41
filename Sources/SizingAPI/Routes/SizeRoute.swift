import HTTPServer
import JSON
import Sizing

/// `POST /v1/size`: a workload and hardware in, the ratio out.
enum SizeRoute {
    static func route(_ service: SimulationService) -> Route {
        .postJSON("/v1/size", streams: true, get: SizeQuery.plan) { request in
            var problems = Problems()
            guard var size = SizeRequest.decode(request.root, service.limits, &problems) else {
                return .now(request.respond(Problem(problems)))
            }
            if request.includesCurve { size.include.insert(.curve) }
            if size.simulation != nil { return simulate(request, size, service) }
            if size.isQuick { return .now(respond(request, size)) }
            return .deferred { [size] _ in respond(request, size) }
        }
    }

    private static func respond(_ request: JSONRequest, _ size: SizeRequest) -> Response {
        request.respond { SizeAnswerSchema.write(answerTo: size, into: &$0) }
    }

    /// The answer with a simulation at the ratios around the recommendation.
    private static func simulate(_ request: JSONRequest, _ size: SizeRequest, _ service: SimulationService) -> Answer {
        let solution = SizeAnswerSchema.Solution(size.problem)
        var problems = Problems()
        guard let job = size.simulationJob(solution.answer, &problems), let blame = size.simulation?.value else {
            return .now(request.respond(Problem(problems)))
        }
        return SimulateRoute.answer(request, service, job, blame: blame) { result, writer in
            SizeAnswerSchema.write(solution, answerTo: size, simulated: result, into: &writer)
        }
    }
}

extension SizeRequest {
    /// Whether the answer takes some tens of microseconds, so that an event loop may make it.
    var isQuick: Bool { include.isEmpty && simulation == nil && errors == nil }
}
