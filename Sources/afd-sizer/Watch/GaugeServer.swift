import Glibc
import HTTPServer
import SizingAPI
import Synchronization

/// Serves the gauges of a watch at `/metrics`, and `/healthz` for probes.
final class GaugeServer: Sendable {
    private let gauges: Mutex<AdviceGauges>

    init(_ gauges: AdviceGauges) { self.gauges = Mutex(gauges) }

    /// Listens and serves until the process ends.
    ///
    /// - Returns: the address of the gauges.
    /// - Throws: `ServerStartError` where the address cannot be had.
    func start(host: String, port: Int) throws -> String {
        // A scraper that goes away is an error of one call, not the end of the watch.
        signal(SIGPIPE, SIG_IGN)
        // What the service offers on its probe port: health, and metrics.
        var configuration = ServerConfiguration(listeners: [.init(host: host, port: port, role: .probe)])
        configuration.workers = 1
        let handler = SizingService(probesHaveMetrics: true) { [self] in text }
        let server = HTTPServer(configuration: configuration, handler: handler)
        try server.start()
        let name = host.contains(":") ? "[\(host)]" : host
        return "http://\(name):\(server.boundPorts.first ?? port)/metrics"
    }

    func planned(_ replicas: [(pool: String, count: Int)]) {
        let now = Self.now
        gauges.withLock { $0.planned(replicas, at: now) }
    }

    func failed() { gauges.withLock { $0.failed() } }

    private var text: String {
        let now = Self.now
        return gauges.withLock { $0.text(at: now) }
    }

    /// Seconds since 1970.
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
