import Glibc

/// Accepts connections for a group of loops. Each loop has one of its own; the listening sockets are shared, and a
/// connection goes to the loop that has the fewest.
final class Acceptor {
    /// Connections accepted in one go before others have their turn.
    private static let batch = 64

    private let sockets: [ListeningSocket]
    private let loops: LoopGroup
    private let limits: ServerLimits
    private var isStopped = false
    /// A descriptor held back, so that at the limit a connection can still be accepted, and closed: left alone it
    /// would wait in the kernel's queue, and the loop would be woken for it again and again.
    private var reserve: Int32

    init(sockets: [ListeningSocket], loops: LoopGroup, limits: ServerLimits) {
        self.sockets = sockets
        self.loops = loops
        self.limits = limits
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    /// Begins to accept.
    func start(loop: EventLoop) throws {
        for (index, socket) in sockets.enumerated() {
            guard poll(loop, socket, index) else { throw ServerStartError.system("epoll_ctl") }
        }
    }

    private func poll(_ loop: EventLoop, _ socket: ListeningSocket, _ index: Int) -> Bool {
        loop.poller.addListener(socket.descriptor, token: EventLoop.firstListenerToken + UInt64(index))
    }

    func accept(on index: Int, loop: EventLoop) {
        guard !isStopped, index < sockets.count else { return }
        let socket = sockets[index]
        for _ in 0..<Self.batch {
            switch socket.accept() {
            case .connection(let descriptor, let peer): place(descriptor, peer, socket, loop)
            case .wouldBlock: return
            case .failed: continue
            case .exhausted:
                loop.services.observer?.rejected(.descriptorLimit)
                guard turnAway(socket) else { return }
            }
        }
    }

    private func place(_ descriptor: Int32, _ peer: PeerAddress, _ socket: ListeningSocket, _ loop: EventLoop) {
        let state = loop.state
        // Probes must get through when everything is taken by others.
        let count = state.connections.add(1, ordering: .relaxed).newValue
        var refused = false
        if count > limits.maximumConnections, socket.role == .main {
            state.connections.subtract(1, ordering: .relaxed)
            guard state.refusals.add(1, ordering: .relaxed).newValue <= limits.maximumRefusals else {
                state.refusals.subtract(1, ordering: .relaxed)
                loop.services.observer?.rejected(.connectionLimit)
                close(descriptor)
                return
            }
            refused = true
        }
        let target = loops.leastLoaded(preferring: loop)
        target.load.add(1, ordering: .relaxed)
        let tls = socket.certificates?.current
        if target === loop {
            loop.adopt(descriptor, peer, socket.role, tls, refused: refused)
        } else {
            target.post(.accepted(descriptor, peer, socket.role, tls, refused: refused))
        }
    }

    /// With no descriptor left: accepts one connection with the one held back and closes it.
    private func turnAway(_ socket: ListeningSocket) -> Bool {
        guard reserve >= 0 else {
            reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
            return false
        }
        close(reserve)
        if case .connection(let descriptor, _) = socket.accept() { close(descriptor) }
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
        return true
    }

    /// Accepts what waits, so that nobody who got through is reset, and then no more.
    func stop(loop: EventLoop) {
        guard !isStopped else { return }
        for index in sockets.indices {
            accept(on: index, loop: loop)
            loop.poller.remove(sockets[index].descriptor)
        }
        isStopped = true
        if reserve >= 0 { close(reserve) }
        reserve = -1
    }
}

/// The loops of a server.
///
/// `@unchecked Sendable`: `loops` is set once, before any of them starts.
final class LoopGroup: @unchecked Sendable {
    var loops: [EventLoop] = []

    /// The loop with the fewest connections; `own` where it is as good as any.
    func leastLoaded(preferring own: EventLoop) -> EventLoop {
        var best = own
        var least = own.load.load(ordering: .relaxed)
        for loop in loops where loop !== own {
            let load = loop.load.load(ordering: .relaxed)
            if load < least {
                best = loop
                least = load
            }
        }
        return best
    }
}
