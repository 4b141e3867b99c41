import HTTPServer

/// The whole service as a handler: every route of openapi.yaml.
public struct SizingService: HTTPHandler {
    private let router: Router
    /// What the probe port offers.
    private let probes: Router

    /// - Parameters:
    ///   - state: whether the service is ready.
    ///   - simulation: what simulations may cost.
    ///   - traceLimit: the longest body of `/v1/workload`, in bytes after decompression.
    ///   - metrics: makes the text of `/metrics`; without it there is no such path.
    public init(
        state: ServiceState = ServiceState(), simulation: SimulationLimits = SimulationLimits(),
        traceLimit: Int = WorkloadRoute.defaultLimit, metrics: (@Sendable () -> String)? = nil
    ) {
        let simulations = SimulationService(simulation)
        probes = Router(routes: HealthRoutes.routes(state))
        // The busiest first: they are compared in order.
        var routes = [SizeRoute.route(simulations)]
        routes += HealthRoutes.routes(state)
        routes += [
            SizeBatchRoute.route(simulations), SimulateRoute.route(simulations), DescriptionRoute.route,
            PageRoute.route,
        ]
        routes += CatalogueRoutes.routes
        routes.append(PlanRoute.route)
        routes += [WorkloadRoute.route(limit: traceLimit), CalibrateRoute.route]
        if let metrics { routes.append(MetricsRoute.route(metrics)) }
        router = Router(routes: routes)
    }

    public func plan(for head: RequestHead) -> RequestPlan {
        head.listener == .probe ? probes.plan(for: head) : router.plan(for: head)
    }

    /// Paths that need no token: what a kubelet asks for.
    public static let openPaths: [StaticString] = ["/healthz", "/readyz"]

    /// Every route of the main port.
    var routes: [Route] { router.routes }

    /// Answers a `POST` without a server: what the command line does.
    ///
    /// - Parameters:
    ///   - body: the request, JSON.
    ///   - path: the endpoint, such as `/v1/size`.
    ///   - pretty: whether the answer is indented.
    ///   - includeCurve: of a sizing, whether the curve is part of the answer whatever the request says.
    ///   - progress: called with the fraction of a simulation that is done.
    /// - Returns: status and body; nil where no JSON is taken at `path`.
    public func post(
        _ body: [UInt8], to path: String, pretty: Bool, includeCurve: Bool = false,
        progress: (@Sendable (Double) -> Void)? = nil
    ) -> (status: Int, body: [UInt8])? {
        guard let operation = router.routes.first(where: { $0.label == path })?.operation else { return nil }
        let answer = Route.answer(body, nil, pretty, progress: progress) { request in
            var request = request
            request.includesCurve = includeCurve
            return operation(request)
        }
        let response = answer.response(WorkContext())
        guard case .bytes(let bytes) = response.body else { return (response.status.code, []) }
        return (response.status.code, bytes)
    }
}

extension SizingService {
    /// Answers a `POST /v1/calibrate` of JSON or, where the body does not begin like JSON, of CSV.
    ///
    /// - Returns: status and body.
    public func calibrate(_ body: [UInt8], pretty: Bool) -> (status: Int, body: [UInt8]) {
        if body.first(where: { $0 > 0x20 && $0 < 0x80 }) == UInt8(ascii: "{") {
            return post(body, to: "/v1/calibrate", pretty: pretty) ?? (500, [])
        }
        let response = CalibrateRoute.answer(csv: body, head: nil, pretty: pretty)
        guard case .bytes(let bytes) = response.body else { return (response.status.code, []) }
        return (response.status.code, bytes)
    }
}
