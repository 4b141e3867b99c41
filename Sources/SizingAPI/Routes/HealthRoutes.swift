import HTTPServer
import HTTPTypes
import SizingContract
import Synchronization

/// What routes ask about the process that they are part of.
public final class ServiceState: Sendable {
    private let draining = Atomic<Bool>(false)

    public init() {}

    /// True from the moment when the process was asked to end: `/readyz` then answers 503.
    public var isDraining: Bool { draining.load(ordering: .relaxed) }

    public func beginDraining() { draining.store(true, ordering: .relaxed) }
}

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

/// `GET /metrics`: Prometheus text, format 0.0.4.
enum MetricsRoute {
    static func route(_ text: @escaping @Sendable () -> String) -> Route {
        Route("/metrics", get: { _, _ in .respond(Response(status: .ok, fields: fields, body: .text(text()))) })
    }

    private static let fields: HTTPFields = [
        .contentType: MetricsText.contentType, .cacheControl: "no-store",
    ]
}
