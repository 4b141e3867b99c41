import Dispatch
import Glibc
import Synchronization

/// An HTTP/1.1 server: listeners, event loops and a work pool around a handler.
///
/// ```swift
/// let server = HTTPServer(configuration: .init(listeners: [.init(port: 8080)]), handler: routes)
/// try server.start()
/// // … until a signal asks for the end:
/// await server.drain(after: 5, grace: 30)
/// ```
///
/// Signals are the caller's business.
public final class HTTPServer: Sendable {
    public let configuration: ServerConfiguration
    private let handler: any HTTPHandler
    private let state = ServerState()
    private let running = Mutex<Running?>(nil)

    private struct Running {
        var sockets: [ListeningSocket]
        let loops: [EventLoop]
        let pool: WorkPool
    }

    /// Seconds that an idle connection has for one more request once the server no longer accepts.
    private static let idleGrace = 1.0

    public init(configuration: ServerConfiguration, handler: any HTTPHandler) {
        self.configuration = configuration
        self.handler = handler
    }

    /// Listens and serves. Returns at once.
    ///
    /// - Throws: ``ServerStartError`` if an address cannot be had or the system refuses a descriptor.
    public func start() throws {
        Self.raiseDescriptorLimit()
        // Dispatch opens a descriptor for its first timer, and traps where there is none: not when draining begins.
        Task { await Self.sleep(nanoseconds: 1) }
        let sockets = try configuration.listeners.map {
            try ListeningSocket(host: $0.host, port: $0.port, role: $0.role, certificates: $0.certificates)
        }
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let pool = WorkPool(workers: configuration.workers ?? cores, queueLimit: configuration.workQueue)
        let group = LoopGroup()
        group.loops = try (0..<max(1, configuration.loops ?? cores)).map { index in
            try EventLoop(name: "http-loop-\(index)", state: state, pool: pool) { submit in
                ConnectionServices(
                    handler: handler, limits: configuration.limits, retryAfter: configuration.retryAfter,
                    observer: configuration.observer, seed: UInt64.random(in: .min ... .max),
                    clock: MonotonicClock.now,
                    submit: submit)
            }
        }
        let reserve = DescriptorReserve()
        for loop in group.loops {
            let acceptor = Acceptor(sockets: sockets, loops: group, limits: configuration.limits, reserve: reserve)
            loop.acceptor = acceptor
            try loop.start()
            try acceptor.start(loop: loop)
        }
        pool.start()
        running.withLock { $0 = Running(sockets: sockets, loops: group.loops, pool: pool) }
    }

    /// The ports in the order of the configuration's listeners; empty before ``start()``.
    public var boundPorts: [Int] { running.withLock { $0?.sockets.map(\.port) ?? [] } }

    /// What the server is busy with at this moment.
    public var statistics: ServerStatistics {
        let depth = running.withLock { $0?.pool.depth } ?? (0, 0)
        return ServerStatistics(
            connections: state.connections.load(ordering: .relaxed), waitingJobs: depth.0, runningJobs: depth.1)
    }

    /// Ends in order: goes on as before for `delay` seconds, so that load balancers see the readiness change; then
    /// accepts no more, gives every response with `Connection: close`, and closes what is idle. Returns when all
    /// connections are closed, or after `grace` seconds, counted from the call, whatever is still open.
    ///
    /// - Returns: true if nothing had to be cut off.
    @discardableResult
    public func drain(after delay: Double, grace: Double) async -> Bool {
        let end = MonotonicClock.now() &+ Timeouts.nanoseconds(grace)
        await Self.sleep(nanoseconds: Timeouts.nanoseconds(min(delay, grace)))
        await stopAccepting()
        for loop in loops { loop.post(.drain(grace: Timeouts.nanoseconds(Self.idleGrace))) }
        while state.connections.load(ordering: .relaxed) > 0, MonotonicClock.now() < end {
            await Self.sleep(nanoseconds: 20_000_000)
        }
        let clean = state.connections.load(ordering: .relaxed) == 0
        await stop()
        return clean
    }

    /// Ends at once: closes every connection, whatever it is doing.
    public func stop() async {
        await stopAccepting()
        guard let stopped = running.withLock({ $0.take() }) else { return }
        stopped.pool.stop()
        for loop in stopped.loops {
            await withCheckedContinuation { done in loop.post(.shutDown { done.resume() }) }
        }
    }

    private var loops: [EventLoop] { running.withLock { $0?.loops ?? [] } }

    private func stopAccepting() async {
        for loop in loops {
            await withCheckedContinuation { done in loop.post(.stopAccepting { done.resume() }) }
        }
        let sockets = running.withLock { running in
            defer { running?.sockets = [] }
            return running?.sockets ?? []
        }
        for socket in sockets { socket.close() }
    }

    private static func sleep(nanoseconds: UInt64) async {
        try? await Task.sleep(nanoseconds: nanoseconds)
    }

    /// As many descriptors as the system allows: one connection is one descriptor.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        guard limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

/// What a server is busy with.
public struct ServerStatistics: Sendable {
    public let connections: Int
    public let waitingJobs: Int
    public let runningJobs: Int
}
