import HTTPServer
import HTTPTypes
import SizingContract

/// `GET /healthz`: the process serves. `GET /readyz`: it wants more work; 503 once it drains.
enum HealthRoutes {
    static func routes(_ state: ServiceState) -> [Route] {
        [
            Route("/healthz", get: { _, _ in .respond(Response(healthy)) }),
            Route("/readyz", get: { _, _ in .respond(state.isDraining ? draining : Response(ready)) }),
        ]
    }

    private static let healthy = constant("{\"status\":\"ok\"}\n")
    private static let ready = constant("{\"status\":\"ready\"}\n")

    private static let draining = Response(
        ProblemDocument(.unavailable, "The service is draining.", retryAfter: 1))

    private static func constant(_ text: StaticString) -> PreparedResponse {
        PreparedResponse(
            Response(
                status: .ok, fields: [.contentType: "application/json", .cacheControl: "no-store"],
                body: .constant(StaticBytes(text))))
    }
}
