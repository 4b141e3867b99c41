import CLinux
import Dispatch
import Glibc

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
    private let state: ServerState
    private let running = Monitor<Running?>(nil)

    private struct Running {
        var sockets: [ListeningSocket]
        let loops: [EventLoop]
        let pool: WorkPool
    }

    /// Seconds that an idle connection has for one more request once the server no longer accepts.
    private static let idleGrace = 1.0
    /// Seconds before the end of the grace period at which the rest is refused: enough to be sent.
    private static let lastWords = 1.0

    public init(configuration: ServerConfiguration, handler: any HTTPHandler) {
        self.configuration = configuration
        self.handler = handler
        state = ServerState(configuration.limits)
    }

    /// Listens and serves. Returns at once.
    ///
    /// - Throws: ``ServerStartError`` if an address cannot be had or the system refuses a descriptor.
    public func start() throws {
        try Self.requireDescriptors(loops: configuration.loops)
        // Dispatch opens a descriptor for its first timer, and traps where there is none: not when draining begins.
        Task { await Self.sleep(nanoseconds: 1) }
        let sockets = try listen()
        let pool = WorkPool(
            workers: configuration.workers ?? Self.cores, queueLimit: configuration.workQueue,
            rest: { afd_return_memory() })
        let reserve = DescriptorReserve()
        var loops: [EventLoop] = []
        do {
            // Probes have a loop, and so a thread, that nobody else can keep busy.
            for role in [ListenerRole.main, .probe] {
                let listening = sockets.filter { $0.role == role }
                let count = role == .main ? Self.loopCount(configuration.loops) : 1
                if !listening.isEmpty { try serve(listening, with: count, named: "\(role)", pool, reserve, &loops) }
            }
            try pool.start()
            running.withLock { $0 = Running(sockets: sockets, loops: loops, pool: pool) }
        } catch {
            // Kept alive until it is done: its source knows it.
            for loop in loops { loop.post(.shutDown { withExtendedLifetime(loop) {} }) }
            for socket in sockets { socket.close() }
            throw error
        }
    }

    /// Opens the listeners: all of them, or none.
    private func listen() throws -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        do {
            for listener in configuration.listeners {
                sockets.append(
                    try ListeningSocket(
                        host: listener.host, port: listener.port, role: listener.role,
                        certificates: listener.certificates))
            }
        } catch {
            for socket in sockets { socket.close() }
            throw error
        }
        return sockets
    }

    /// Starts the loops that share some listeners, and adds those that started to `started`.
    private func serve(
        _ sockets: [ListeningSocket], with count: Int, named name: String, _ pool: WorkPool,
        _ reserve: DescriptorReserve, _ started: inout [EventLoop]
    ) throws {
        let group = LoopGroup()
        group.loops = try (0..<count).map { index in
            try EventLoop(name: "http-\(name)-\(index)", state: state, pool: pool) { submit in
                ConnectionServices(
                    handler: handler, limits: configuration.limits, retryAfter: configuration.retryAfter,
                    observer: configuration.observer, seed: UInt64.random(in: .min ... .max),
                    clock: MonotonicClock.now, holdInput: state.holdInput, submit: submit)
            }
        }
        for loop in group.loops {
            let acceptor = Acceptor(sockets: sockets, loops: group, limits: configuration.limits, reserve: reserve)
            loop.acceptor = acceptor
            try loop.start()
            started.append(loop)
            try acceptor.start(loop: loop)
        }
    }

    /// Makes sure that there are descriptors enough to start with, after the limit was raised as far as it goes. To be called before
    /// anything of Dispatch is used, which traps where it gets none.
    ///
    /// - Parameter loops: as in ``ServerConfiguration``.
    /// - Throws: ``ServerStartError`` that names the limit.
    public static func requireDescriptors(loops: Int?) throws {
        raiseDescriptorLimit()
        // Dispatch has an epoll, an event and a few timers and signals; each loop has three; files are read, and a few
        // connections ought to find room.
        try DescriptorReserve.require(20 + DescriptorReserve.count + 4 * loopCount(loops))
    }

    /// Has memory of large blocks go back to the system as soon as they are freed, in the whole process: a service that has worked on
    /// something large is then as small as before.
    public static func returnLargeBlocks() { afd_map_blocks_from(128 * 1024) }

    private static let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    private static func loopCount(_ configured: Int?) -> Int { max(1, configured ?? cores) }

    /// The ports in the order of the configuration's listeners; empty before ``start()``.
    public var boundPorts: [Int] { running.withLock { $0?.sockets.map(\.port) ?? [] } }

    /// What the server is busy with at this moment.
    public var statistics: ServerStatistics {
        let depth = running.withLock { $0?.pool.depth } ?? (0, 0)
        return ServerStatistics(
            connections: state.connections.load(ordering: .relaxed), waitingJobs: depth.0, runningJobs: depth.1,
            waitingOutput: state.waitingOutput.load(ordering: .relaxed),
            waitingInput: state.waitingInput.load(ordering: .relaxed))
    }

    /// Ends in order: goes on as before for `delay` seconds, so that load balancers see the readiness change; then
    /// accepts no more, gives every response with `Connection: close`, and closes what is idle. What has no response shortly
    /// before the end is cancelled and answered with 503. Returns when all connections are closed, or after `grace` seconds,
    /// counted from the call, whatever is still open.
    ///
    /// - Returns: true if nothing had to be cut off.
    @discardableResult
    public func drain(after delay: Double, grace: Double) async -> Bool {
        let end = MonotonicClock.now() &+ Timeouts.nanoseconds(grace)
        await Self.sleep(nanoseconds: Timeouts.nanoseconds(min(delay, grace)))
        await stopAccepting()
        for loop in loops { loop.post(.drain(grace: Timeouts.nanoseconds(Self.idleGrace))) }
        await untilClosed(before: end &- Timeouts.nanoseconds(min(Self.lastWords, grace / 4)))
        for loop in loops { loop.post(.graceEnds) }
        await untilClosed(before: end)
        let clean = state.connections.load(ordering: .relaxed) == 0
        await stop()
        return clean
    }

    private func untilClosed(before end: UInt64) async {
        while state.connections.load(ordering: .relaxed) > 0, MonotonicClock.now() < end {
            await Self.sleep(nanoseconds: 20_000_000)
        }
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
    /// Bytes of responses that wait for their clients to read them.
    public let waitingOutput: Int
    /// Bytes of bodies that are held while the rest of them is awaited.
    public let waitingInput: Int
}
