import Glibc

/// Accepts connections for a group of loops. Each loop has one of its own; the listening sockets are shared, and a
/// connection goes to the loop that has the fewest.
final class Acceptor {
    /// Connections accepted in one go before others have their turn.
    private static let batch = 64

    private let sockets: [ListeningSocket]
    private let loops: LoopGroup
    private let limits: ServerLimits
    private let reserve: DescriptorReserve
    private var isStopped = false
    /// Not accepting for now: there is no descriptor, not even of the reserve, or there are too many handshakes a second.
    private(set) var isPaused = false

    init(sockets: [ListeningSocket], loops: LoopGroup, limits: ServerLimits, reserve: DescriptorReserve) {
        self.sockets = sockets
        self.loops = loops
        self.limits = limits
        self.reserve = reserve
    }

    /// Begins to accept, or begins again after a pause.
    func start(loop: EventLoop) throws {
        isPaused = false
        for (index, socket) in sockets.enumerated() {
            let token = EventLoop.firstListenerToken + UInt64(index)
            guard loop.poller.addListener(socket.descriptor, token: token) else {
                throw ServerStartError.system("epoll_ctl")
            }
        }
    }

    /// Accepts a batch of what waits. False once nothing waits any more, or nothing can be done about it.
    @discardableResult
    func accept(on index: Int, loop: EventLoop) -> Bool {
        guard !isStopped, !isPaused, index < sockets.count else { return false }
        let socket = sockets[index]
        for _ in 0..<Self.batch {
            if socket.certificates != nil, !loop.state.isHandshakeDue(now: loop.now) {
                pause(loop: loop)
                return false
            }
            switch reserve.accept(socket.accept) {
            case .accepted(.connection(let descriptor, let peer)): place(descriptor, peer, socket, loop)
            case .accepted(.wouldBlock): return false
            case .accepted(.failed): continue
            case .turnedAway:
                loop.services.observer?.rejected(.descriptorLimit)
            case .accepted(.exhausted):
                pause(loop: loop)
                return false
            }
        }
        return true
    }

    /// Leaves what waits in the kernel's queue until the loop's next tick, instead of being woken for it all the time.
    private func pause(loop: EventLoop) {
        isPaused = true
        for socket in sockets { loop.poller.remove(socket.descriptor) }
        loop.startTicking()
    }

    private func place(_ descriptor: Int32, _ peer: PeerAddress, _ socket: ListeningSocket, _ loop: EventLoop) {
        let state = loop.state
        if socket.certificates != nil, !state.beginHandshake(now: loop.now) {
            loop.services.observer?.rejected(.handshakeLimit)
            close(descriptor)
            return
        }
        // Probes must get through when everything is taken by others.
        let count = state.connections.add(1, ordering: .relaxed).newValue
        var refused = false
        if count > limits.maximumConnections, socket.role == .main {
            state.connections.subtract(1, ordering: .relaxed)
            guard state.refusals.add(1, ordering: .relaxed).newValue <= limits.maximumRefusals else {
                state.refusals.subtract(1, ordering: .relaxed)
                if socket.certificates != nil { state.handshakes.subtract(1, ordering: .relaxed) }
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

    /// Accepts what waits, so that nobody who got through is reset, and then no more.
    func stop(loop: EventLoop) {
        guard !isStopped else { return }
        for index in sockets.indices {
            // What comes meanwhile is not accepted for ever.
            var batches = 2 * Int(ListeningSocket.backlog) / Self.batch
            while batches > 0, accept(on: index, loop: loop) { batches -= 1 }
            loop.poller.remove(sockets[index].descriptor)
        }
        isStopped = true
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
