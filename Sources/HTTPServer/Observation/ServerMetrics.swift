import Synchronization

/// Counts what happens in a server, and shows it with that of the process in the Prometheus text format.
///
/// Label values are bounded: routes are the handler's labels, and beyond 64 of them `other`; statuses are those sent. Every request takes
/// one short lock; with two loops it is nearly always free.
public final class ServerMetrics: ServerObserver {
    private struct RouteMetrics {
        var label: String
        /// Few, in the order in which they first came.
        var byStatus: [(status: Int, count: Int)] = []
        var duration = DurationHistogram()

        mutating func count(_ status: Int) {
            if let index = byStatus.firstIndex(where: { $0.status == status }) {
                byStatus[index].count += 1
            } else {
                byStatus.append((status, 1))
            }
        }
    }

    /// Arrays and an index, because changing a dictionary's value in place allocates.
    private struct Requests {
        var routes: [RouteMetrics] = []
        var indices: [String: Int] = [:]
        var receivedBytes = 0
        var sentBytes = 0
        var aborted = 0

        mutating func index(of label: String) -> Int {
            if let known = indices[label] { return known }
            guard routes.count < ServerMetrics.maximumRoutes || label == "other" else { return index(of: "other") }
            indices[label] = routes.count
            routes.append(RouteMetrics(label: label))
            return routes.count - 1
        }
    }

    static let maximumRoutes = 64

    private let requests = Monitor(Requests())
    private let open = Atomic<Int>(0)
    private let accepted = Atomic<Int>(0)
    private let handshakes = Atomic<Int>(0)
    private let failedHandshakes = Atomic<Int>(0)
    private let rejections = Monitor<[RejectionReason: Int]>([:])
    private let product: String
    private let buildInformation: [(String, String)]
    private let sources: Monitor<[@Sendable (inout MetricsText) -> Void]> = Monitor([])

    /// - Parameters:
    ///   - product: letters, digits and underscores; names the metric `<product>_build_info`.
    ///   - buildInformation: its labels, such as the version.
    public init(product: String, buildInformation: [(String, String)]) {
        self.product = product
        self.buildInformation = buildInformation
    }

    /// Adds families from elsewhere, such as the depth of a queue, which are asked for at each scrape.
    public func addSource(_ source: @escaping @Sendable (inout MetricsText) -> Void) {
        sources.withLock { $0.append(source) }
    }

    // MARK: - Events

    public func requestFinished(_ record: RequestRecord) {
        requests.withLock { requests in
            let index = requests.index(of: record.route.isEmpty ? "none" : record.route)
            requests.routes[index].count(record.status)
            requests.routes[index].duration.add(nanoseconds: record.duration)
            requests.receivedBytes += record.receivedBytes
            requests.sentBytes += record.sentBytes
            if !record.completed { requests.aborted += 1 }
        }
    }

    public func connectionOpened(role: ListenerRole) {
        open.wrappingAdd(1, ordering: .relaxed)
        accepted.wrappingAdd(1, ordering: .relaxed)
    }

    public func connectionClosed(role: ListenerRole) {
        open.wrappingSubtract(1, ordering: .relaxed)
    }

    public func rejected(_ reason: RejectionReason) {
        rejections.withLock { $0[reason, default: 0] += 1 }
    }

    public func handshakeFinished(succeeded: Bool) {
        if succeeded {
            handshakes.wrappingAdd(1, ordering: .relaxed)
        } else {
            failedHandshakes.wrappingAdd(1, ordering: .relaxed)
        }
    }

    // MARK: - Text

    /// All metrics as they are now.
    public func text() -> String {
        let requests = requests.withLock { $0 }
        var text = MetricsText()
        write(requests, to: &text)
        writeConnections(to: &text)
        for source in sources.withLock({ $0 }) { source(&text) }
        ProcessMetrics().write(to: &text)
        text.family("\(product)_build_info", .gauge, "What is running; always 1.")
        text.sample("\(product)_build_info", buildInformation, 1)
        return text.text
    }

    private func write(_ requests: Requests, to text: inout MetricsText) {
        let routes = requests.routes.sorted { $0.label < $1.label }
        text.family("http_requests_total", .counter, "Requests answered, by route and status.")
        for metrics in routes {
            for (status, count) in metrics.byStatus.sorted(by: { $0.status < $1.status }) {
                text.sample("http_requests_total", [("route", metrics.label), ("status", String(status))], count)
            }
        }
        text.family(
            "http_request_duration_seconds", .histogram,
            "From the first byte of a request to the last of its response, by route.")
        for metrics in routes {
            text.histogram("http_request_duration_seconds", [("route", metrics.label)], metrics.duration)
        }
        text.single(
            "http_requests_aborted_total", .counter, "Requests whose client left before it had the whole response.",
            requests.aborted)
        text.single(
            "http_request_body_bytes_total", .counter, "Bytes of request bodies, as sent.", requests.receivedBytes)
        text.single(
            "http_response_body_bytes_total", .counter, "Bytes of response bodies, as sent.", requests.sentBytes)
    }

    private func writeConnections(to text: inout MetricsText) {
        text.single("http_connections", .gauge, "Connections that are open.", open.load(ordering: .relaxed))
        text.single(
            "http_connections_accepted_total", .counter, "Connections accepted.", accepted.load(ordering: .relaxed))
        text.family("http_tls_handshakes_total", .counter, "TLS handshakes that ended, by result.")
        text.sample("http_tls_handshakes_total", [("result", "ok")], handshakes.load(ordering: .relaxed))
        text.sample("http_tls_handshakes_total", [("result", "failed")], failedHandshakes.load(ordering: .relaxed))
        let rejections = rejections.withLock { $0 }
        text.family(
            "http_rejections_total", .counter, "Requests and connections refused before or without a handler.")
        for reason in RejectionReason.allCases {
            text.sample("http_rejections_total", [("reason", reason.rawValue)], rejections[reason] ?? 0)
        }
    }
}

/// Counts durations by size, in fixed buckets from 100 µs to 10 s.
struct DurationHistogram: Sendable, Equatable {
    struct Bound: Sendable {
        let nanoseconds: UInt64
        let seconds: Double
    }

    /// Upper bounds, inclusive.
    static let bounds: [Bound] = [
        100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        5_000_000,
        10_000_000,
    ].map { (microseconds: UInt64) in
        Bound(nanoseconds: microseconds * 1000, seconds: Double(microseconds) / 1e6)
    }

    /// One for each bound, not cumulative; what is beyond the last is only in `count`.
    private(set) var counts = [Int](repeating: 0, count: bounds.count)
    private(set) var count = 0
    /// In seconds.
    private(set) var sum = 0.0

    mutating func add(nanoseconds: UInt64) {
        count += 1
        sum += Double(nanoseconds) / 1e9
        if let index = Self.bounds.firstIndex(where: { nanoseconds <= $0.nanoseconds }) { counts[index] += 1 }
    }
}
