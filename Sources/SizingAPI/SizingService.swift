import HTTPServer
import Hardware
import SizingContract

/// The whole service as a handler: every route of openapi.yaml.
public struct SizingService: HTTPHandler {
    private let router: Router
    /// What the probe port offers.
    private let probes: Router

    /// - Parameters:
    ///   - state: whether the service is ready.
    ///   - bounds: what one request may take.
    ///   - simulation: what simulations may cost.
    ///   - traceLimit: the longest body of `/v1/workload`, and form of `/v1/replay`, in bytes after decompression.
    ///   - probesHaveMetrics: whether the probe port offers `/metrics` too.
    ///   - metrics: makes the text of `/metrics`; without it there is no such path.
    public init(
        state: ServiceState = ServiceState(), bounds: WorkBounds = WorkBounds(),
        simulation: SimulationLimits = SimulationLimits(), traceLimit: Int = WorkloadRoute.defaultLimit,
        probesHaveMetrics: Bool = false, metrics: (@Sendable () -> String)? = nil
    ) {
        // Parsed once, some milliseconds: not by the first request, on an event loop.
        _ = Catalogue.embedded
        var probeRoutes = HealthRoutes.routes(state)
        if probesHaveMetrics, let metrics { probeRoutes.append(MetricsRoute.route(metrics)) }
        probes = Router(routes: probeRoutes)
        let ledger = WorkLedger(bounds)
        // The busiest first: they are compared in order.
        let simulations = Simulations(simulation)
        let sizing = SizeOperation(simulations)
        var size = Route.post(sizing, within: ledger)
        size.get = Route.get(SizeByNameOperation(), within: ledger) { head, _ throws(ProblemDocument) in
            try SizeQuery.decode(head.queryItems)
        }
        var routes = [size]
        routes += HealthRoutes.routes(state)
        routes += [
            Route.post(SizeBatchOperation(sizing), within: ledger),
            Route.post(SimulateOperation(simulations), within: ledger),
            DescriptionRoute.route, PageRoute.route, ReferenceRoute.route,
        ]
        routes += CatalogueRoutes.routes(within: ledger)
        routes += [
            PlanRoute.route(within: ledger),
            ReplayRoute.route(ReplayOperation(simulation), limit: traceLimit, within: ledger),
            WorkloadRoute.route(limit: traceLimit),
            CalibrateRoute.route(within: ledger),
        ]
        if let metrics { routes.append(MetricsRoute.route(metrics)) }
        router = Router(routes: routes)
    }

    public func handling(of head: RequestHead) -> RequestHandling {
        head.listener == .probe ? probes.handling(of: head) : router.handling(of: head)
    }

    /// Paths that need no token: what a kubelet asks for.
    public static let openPaths: [StaticString] = ["/healthz", "/readyz"]

    /// Paths that need no token, but are counted: the pages, whose bytes are the same for all. They ask for a token, and show it
    /// with each of their requests. All that is answered to a request needs one.
    public static let publicPaths: [StaticString] = ["/", "/reference"]

    /// Every route of the main port.
    var routes: [Route] { router.routes }
}
