import HTTPServer
import HTTPTypes
import SizingContract

/// Finds the route of a request: 404 where there is none, 405 with `Allow` where the method is not offered (RFC 9110,
/// section 15.5.6), 204 with `Allow` for `OPTIONS`.
struct Router: Sendable {
    let routes: [Route]

    func handling(of head: RequestHead) -> RequestHandling {
        for route in routes {
            guard let segment = route.match(head) else { continue }
            return RequestHandling(route: route.label, body: body(for: head, route, segment))
        }
        return .respond(
            route: "",
            Response(
                ProblemDocument(
                    .notFound, "There is nothing at this path; /openapi.yaml describes what there is.")))
    }

    private func body(for head: RequestHead, _ route: Route, _ segment: String) -> BodyHandling {
        switch head.method {
        case .get, .head:
            if let get = route.get { return get(head, segment) }
        case .post:
            if let post = route.post { return post(head, segment) }
        case .options:
            return .respond(Response(status: .noContent, fields: [.allow: route.allow]))
        default: break
        }
        return .respond(
            Response(
                ProblemDocument(.methodNotAllowed, "This path offers \(route.allow)."),
                fields: [.allow: route.allow]))
    }
}
