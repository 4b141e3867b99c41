/// How a server is set up. Where it listens, how many loops and workers it has, and its limits.
public struct ServerConfiguration: Sendable {
    /// One address that the server listens on.
    public struct Listener: Sendable {
        /// Numeric IPv4 or IPv6 address, or `localhost`. `0.0.0.0` and `::` are every interface.
        public var host: String
        /// 0 asks the system for a free port; see ``HTTPServer/boundPorts``.
        public var port: Int
        public var role: ListenerRole
        /// Where the listener speaks TLS; nil where it is plain.
        public var certificates: TLSCertificateStore?

        public init(
            host: String = "127.0.0.1", port: Int, role: ListenerRole = .main,
            certificates: TLSCertificateStore? = nil
        ) {
            self.host = host
            self.port = port
            self.role = role
            self.certificates = certificates
        }
    }

    public var listeners: [Listener]
    public var limits = ServerLimits()
    /// Event loops; nil is one per core.
    public var loops: Int?
    /// Threads of the work pool; nil is one per core.
    public var workers: Int?
    /// Jobs that may wait for a worker. Beyond them 503 with `Retry-After`.
    public var workQueue = 64
    /// Seconds named in `Retry-After` when the work queue or the connection table is full.
    public var retryAfter = 1
    /// Told of requests and connections as they end; for access logs and metrics.
    public var observer: (any ServerObserver)?

    public init(listeners: [Listener]) {
        self.listeners = listeners
    }
}
