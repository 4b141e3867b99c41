import HTTPServer
import JSON
import Planning

/// `POST /v1/plan`: how many of what, under limits.
enum PlanRoute {
    static let route = Route.postJSON("/v1/plan") { request in
        var problems = Problems()
        guard let plan = PlanRequest.decode(request.root, &problems) else {
            return .now(request.respond(Problem(problems)))
        }
        return .deferred { _ in respond(request, plan) }
    }

    private static func respond(_ request: JSONRequest, _ plan: PlanRequest) -> Response {
        do throws(Infeasibility) {
            let answer = try plan.problem.solve()
            return request.respond(capacity: 8192) { PlanAnswerSchema.write(answer, to: plan, into: &$0) }
        } catch {
            return request.respond(
                Problem(
                    .unprocessableContent, "No deployment meets the limits.",
                    errors: error.conflicts.map { conflict in
                        FieldProblem(
                            pointer: "/" + conflict.field.split(separator: ".").joined(separator: "/"),
                            detail: conflict.detail)
                    }))
        }
    }
}
