import HTTPServer
import HTTPTypes

/// `GET /metrics`: Prometheus text, format 0.0.4.
enum MetricsRoute {
    static func route(_ text: @escaping @Sendable () -> String) -> Route {
        Route("/metrics", get: { _, _ in .respond(Response(status: .ok, fields: fields, body: .text(text()))) })
    }

    private static let fields: HTTPFields = [
        .contentType: MetricsText.contentType, .cacheControl: "no-store",
    ]
}
