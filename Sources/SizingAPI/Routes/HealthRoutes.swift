import HTTPServer
import HTTPTypes

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

    private static let draining = Problem(
        .serviceUnavailable, "The service is draining.", fields: [.retryAfter: "1"]
    ).response()

    private static func constant(_ text: StaticString) -> PreparedResponse {
        PreparedResponse(
            Response(
                status: .ok, fields: [.contentType: "application/json", .cacheControl: "no-store"],
                body: .constant(StaticBytes(text))))
    }
}
