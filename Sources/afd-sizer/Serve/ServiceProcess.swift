import Glibc
import HTTPServer
import Logging
import SizingAPI
import SizingContract

/// The parts of a running service, put together: routes, access, compression, log, metrics, listeners.
final class ServiceProcess: Sendable {
    private let settings: ServeSettings
    private let server: HTTPServer
    private let state = ServiceState()
    private let writer: LogWriter
    private let logger: Logger
    private let reloads: ReloadSchedule
    /// Taken before the service is ready: whoever sees it ready may ask for its end.
    private let signals: ProcessSignals

    /// - Throws: where a certificate or the tokens cannot be read.
    init(_ settings: ServeSettings) throws {
        self.settings = settings
        try HTTPServer.requireDescriptors(loops: settings.loops)
        HTTPServer.returnLargeBlocks()
        let writer = LogWriter()
        self.writer = writer
        let logger = Logger(label: "afd-sizer") {
            StructuredLogHandler(label: $0, format: settings.logFormat, to: writer)
        }
        self.logger = logger
        let report: @Sendable (ReloadEvent) -> Void = { event in
            switch event {
            case .reloaded: logger.notice("\(event.description)")
            case .kept: logger.error("\(event.description)")
            }
        }
        let now = MonotonicClock.now()
        let certificates = try settings.tls.map { try TLSCertificateStore($0, now: now, report: report) }
        let tokens = try settings.tokenFile.map { try BearerTokenStore(tokenFile: $0, now: now, report: report) }
        let reloads = ReloadSchedule([certificates as (any Polled)?, tokens].compactMap { $0 })
        self.reloads = reloads
        signals = ProcessSignals(reload: reloads.reloadAll)

        let metrics = ServerMetrics(
            product: "afd_sizer", buildInformation: [("version", ServiceVersion.current.description)])
        var observers: [any ServerObserver] = [metrics]
        if settings.accessLog { observers.append(AccessLog(settings.logFormat, to: writer)) }
        let observer = ObserverGroup(observers)

        if let certificates {
            metrics.addSource { text in
                text.single(
                    "afd_sizer_tls_certificate_expiry_timestamp_seconds", .gauge,
                    "When the certificate in use ends, since 1970.", certificates.current.certificateExpiry)
            }
        }

        let service = SizingService(
            state: state, bounds: settings.bounds, simulation: settings.simulation, traceLimit: settings.traceLimit,
            probesHaveMetrics: settings.probesHaveMetrics, metrics: { metrics.text() })
        var handler: any HTTPHandler = CompressingHandler(service)
        if tokens != nil || settings.rateLimit != nil {
            let limiter = settings.rateLimit.map { RateLimiter(rate: $0.perSecond, burst: $0.burst) }
            handler = AccessHandler(
                handler, openPaths: SizingService.openPaths,
                publicPaths: SizingService.publicPaths + (settings.protectsMetrics ? [] : ["/metrics"]),
                tokens: tokens, limiter: limiter, realm: "afd-sizer", observer: observer,
                now: MonotonicClock.now)
        }

        var listeners = [
            ServerConfiguration.Listener(host: settings.host, port: settings.port, certificates: certificates)
        ]
        if let port = settings.probePort { listeners.append(.init(host: settings.host, port: port, role: .probe)) }
        var configuration = ServerConfiguration(listeners: listeners)
        configuration.limits = settings.limits
        configuration.loops = settings.loops
        configuration.workers = settings.workers
        configuration.workQueue = settings.workQueue
        configuration.observer = observer
        let server = HTTPServer(configuration: configuration, handler: handler)
        self.server = server
        metrics.addSource { text in
            let statistics = server.statistics
            text.single(
                "afd_sizer_jobs_waiting", .gauge, "Heavy requests that wait for a thread.", statistics.waitingJobs)
            text.single("afd_sizer_jobs_running", .gauge, "Heavy requests being answered.", statistics.runningJobs)
            text.single(
                "afd_sizer_waiting_output_bytes", .gauge, "Answers that wait for their clients to read them.",
                statistics.waitingOutput)
            text.single(
                "afd_sizer_log_lines_dropped_total", .counter, "Log lines lost to a full buffer.", writer.dropped)
        }
    }

    /// - Throws: `ServerStartError` where an address cannot be had.
    func start() throws {
        // A client or a log reader that goes away is an error of one call, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        try server.start()
    }

    /// Where it listens: `http://0.0.0.0:8080`.
    var addresses: [String] {
        let scheme = settings.tls == nil ? "http" : "https"
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        return server.boundPorts.enumerated().map { index, port in
            index == 0 ? "\(scheme)://\(host):\(port)" : "http://\(host):\(port) (probes)"
        }
    }

    /// Waits for SIGTERM or SIGINT and ends in order.
    ///
    /// - Returns: false where something was still open when the grace period ended.
    func runUntilSignal() async -> Bool {
        await signals.untilEnd()
        logger.notice("draining")
        state.beginDraining()
        let clean = await server.drain(after: settings.drainDelay, grace: settings.gracePeriod)
        logger.notice("stopped")
        writer.flush(timeout: 1)
        return clean
    }
}
