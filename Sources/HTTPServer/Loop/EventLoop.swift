import CLinux
import Dispatch
import Glibc
import Synchronization

/// A serial queue that owns connections for life: it waits for their sockets, and everything about them happens on it.
///
/// The sockets are watched by an epoll descriptor of the loop's own, and Dispatch by a single source watches that. So
/// a loop under load stays in its own `epoll_wait` and needs no system call per event to re-arm anything, while an idle
/// loop holds no thread.
///
/// `@unchecked Sendable`: other threads use only what is immutable, `inbox` and `load`, which lock or are atomic.
/// Everything else is touched on `queue` alone.
final class EventLoop: @unchecked Sendable {
    enum Message: Sendable {
        case accepted(Int32, PeerAddress, ListenerRole, TLSContext?, refused: Bool)
        case work(ConnectionID, WorkResult)
        case stopAccepting(@Sendable () -> Void)
        /// Idle connections have that many nanoseconds for one more request; every response is the last.
        case drain(grace: UInt64)
        /// What has no response yet is refused.
        case graceEnds
        case shutDown(@Sendable () -> Void)
    }

    /// How long a loop without events waits for the next before it gives its thread back. Until then it keeps it: the way back
    /// leads over two more threads of Dispatch, and each waits for a core that busy ones do not leave for milliseconds.
    private static let lingerMilliseconds: Int32 = 10
    private static let eventsPerWait = 256
    private static let readBufferSize = 64 * 1024
    private static let key = DispatchSpecificKey<ObjectIdentifier>()

    let queue: DispatchQueue
    /// Connections owned, or on their way here.
    let load = Atomic<Int>(0)
    private let inbox = Monitor<[Message]>([])
    let poller: Poller
    private var source: (any DispatchSourceRead)?
    let services: ConnectionServices
    let state: ServerState
    private let system: any SystemCalls

    var table = ConnectionTable()
    private var wheel: TimerWheel
    private var expired: [Int] = []
    private var waitingForTurn: [ConnectionID] = []
    var acceptor: Acceptor?
    private let events: UnsafeMutableBufferPointer<epoll_event>
    private let readBuffer: UnsafeMutableRawBufferPointer
    private(set) var now: UInt64
    private var ticks: FileDescriptor?
    private var ticking = false
    private var core = CoreSharing()
    private var drainGrace: UInt64?
    private var isShutDown = false

    private static let tickToken = UInt64.max - 1
    static let firstListenerToken = UInt64.max - 1024

    /// - Parameter makeServices: called with the function that gives work of this loop's connections to the pool.
    init(
        name: String, state: ServerState, pool: WorkPool, system: any SystemCalls = System(),
        makeServices: (@escaping (Work, ConnectionID) -> ServerError?) -> ConnectionServices
    ) throws {
        queue = DispatchQueue(label: name)
        self.state = state
        self.system = system
        poller = try Poller()
        now = MonotonicClock.now()
        wheel = TimerWheel(now: now)
        events = .allocate(capacity: Self.eventsPerWait)
        readBuffer = .allocate(byteCount: Self.readBufferSize, alignment: 16)
        let mailbox = WorkMailbox()
        services = makeServices { [mailbox] work, id in
            if work.makesResponse, state.isOutputFull { return .responsesWaiting }
            return pool.submit { mailbox.run(work, id) } ? nil : .workQueueFull
        }
        mailbox.loop = self
        queue.setSpecific(key: Self.key, value: ObjectIdentifier(self))
    }

    deinit {
        events.deallocate()
        readBuffer.deallocate()
    }

    /// Begins to wait for events.
    func start() throws {
        let timer = timerfd_create(Int32(CLOCK_MONOTONIC), Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
        ticks = FileDescriptor(timer)
        guard timer >= 0, poller.add(timer, events: EPOLLIN.rawValue, token: Self.tickToken) else {
            throw ServerStartError.system("timerfd")
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: poller.descriptor, queue: queue)
        source.setEventHandler { [unowned self] in turn() }
        // Until here the descriptor must stay open: of one that is closed before, Dispatch takes the number's next owner for the
        // same and never watches it.
        source.setCancelHandler { [poller] in withExtendedLifetime(poller) {} }
        self.source = source
        source.activate()
    }

    /// From any thread: has the loop deal with a message.
    func post(_ message: Message) {
        let wasEmpty = inbox.withLock { inbox in
            inbox.append(message)
            return inbox.count == 1
        }
        if wasEmpty { poller.wake() }
    }

    func preconditionOnLoop() {
        precondition(
            DispatchQueue.getSpecific(key: Self.key) == ObjectIdentifier(self),
            "A connection was touched outside the event loop that owns it.")
    }

    // MARK: A turn

    private func turn() {
        preconditionOnLoop()
        guard !isShutDown else { return }
        core.beginTurn(now: MonotonicClock.now())
        var wait = Int32(0)
        while true {
            let count = poller.wait(events, milliseconds: wait)
            now = MonotonicClock.now()
            services.date.update(to: time(nil))
            for index in 0..<count { dispatch(events[index]) }
            takeTurns()
            if core.isYieldDue(now: now) { sched_yield() }
            if isShutDown { return }
            if count == 0, waitingForTurn.isEmpty, wait > 0 { return }
            wait = waitingForTurn.isEmpty ? Self.lingerMilliseconds : 0
        }
    }

    private func dispatch(_ event: epoll_event) {
        switch event.data.u64 {
        case Poller.wakeToken:
            poller.acknowledgeWake()
            readInbox()
        case Self.tickToken:
            var expirations: UInt64 = 0
            if let timer = tickDescriptor { _ = read(timer, &expirations, 8) }
            advanceTimers()
        case let token where token >= Self.firstListenerToken:
            acceptor?.accept(on: Int(token - Self.firstListenerToken), loop: self)
        case let token:
            guard let driver = table[ConnectionID(token: token)] else { return }
            driver.becameReady(Self.readiness(event.events), now: now)
            followUp(on: driver)
        }
    }

    private static func readiness(_ events: UInt32) -> ConnectionDriver.Readiness {
        var readiness: ConnectionDriver.Readiness = []
        if events & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
        if events & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
        if events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue) != 0 { readiness.insert(.closedByClient) }
        if events & EPOLLERR.rawValue != 0 { readiness.insert(.failed) }
        return readiness
    }

    private func readInbox() {
        let messages = inbox.withLock { inbox in
            let taken = inbox
            inbox = []
            return taken
        }
        for message in messages {
            switch message {
            case .accepted(let socket, let peer, let role, let tls, let refused):
                adopt(socket, peer, role, tls, refused: refused)
            case .work(let id, let result):
                guard let driver = table[id] else { continue }
                driver.workFinished(result, now: now)
                followUp(on: driver)
            case .stopAccepting(let done):
                acceptor?.stop(loop: self)
                done()
            case .drain(let grace):
                drainGrace = grace
                tellAll { $0.drainBegan(now: now, grace: grace) }
            case .graceEnds:
                tellAll { $0.graceEnds(now: now) }
            case .shutDown(let done):
                shutDown()
                done()
            }
        }
    }

    private func tellAll(_ event: (ConnectionDriver) -> Void) {
        for driver in table.all {
            event(driver)
            followUp(on: driver)
        }
    }

    /// Connections that had more to read than one go allows.
    private func takeTurns() {
        guard !waitingForTurn.isEmpty else { return }
        let waiting = waitingForTurn
        waitingForTurn = []
        for id in waiting {
            guard let driver = table[id] else { continue }
            driver.isWaitingForTurn = false
            driver.pump(now: now)
            followUp(on: driver)
        }
    }

    // MARK: Connections

    /// Takes over a socket.
    func adopt(_ socket: Int32, _ peer: PeerAddress, _ role: ListenerRole, _ tls: TLSContext?, refused: Bool) {
        let id = table.reserve()
        let http = HTTPConnection(
            services: services, info: ConnectionInfo(peer: peer, listener: role, isTLS: tls != nil), id: id, now: now)
        var session: TLSSession?
        var hasSession = true
        if let tls {
            // Fails only without memory.
            do {
                session = try TLSSession(tls, handshakeDeadline: now + services.timeouts.handshake)
            } catch {
                hasSession = false
                state.handshakes.subtract(1, ordering: .relaxed)
            }
        }
        let stream = SocketStream(descriptor: socket, system: system, tls: session)
        let driver = ConnectionDriver(stream: stream, http: http, buffer: readBuffer, isRefusal: refused)
        table.insert(driver, at: id)
        services.observer?.connectionOpened(role: role)
        guard hasSession, poller.addConnection(socket, token: id.token) else {
            driver.abandon(now: now)
            return followUp(on: driver)
        }
        if let drainGrace { driver.drainBegan(now: now, grace: drainGrace) }
        if refused { driver.refuseConnection(now: now) }
        followUp(on: driver)
        startTicking()
    }

    /// After anything that happened on a connection: its end, its turn, its deadline.
    private func followUp(on driver: ConnectionDriver) {
        let id = driver.id
        let held = driver.heldOutput
        if held != driver.countedOutput {
            state.waitingOutput.add(held - driver.countedOutput, ordering: .relaxed)
            driver.countedOutput = held
        }
        let awaited = driver.heldInput
        if awaited != driver.countedInput {
            state.waitingInput.add(awaited - driver.countedInput, ordering: .relaxed)
            driver.countedInput = awaited
        }
        if driver.isHandshakeCounted, !driver.isHandshaking {
            driver.isHandshakeCounted = false
            state.handshakes.subtract(1, ordering: .relaxed)
        }
        if driver.isClosed {
            guard table[id] === driver else { return }
            table.remove(id)
            wheel.cancel(Int(id.index))
            load.subtract(1, ordering: .relaxed)
            if driver.isRefusal {
                state.refusals.subtract(1, ordering: .relaxed)
            } else {
                state.connections.subtract(1, ordering: .relaxed)
            }
            services.observer?.connectionClosed(role: driver.info.listener)
            return
        }
        if driver.wantsTurn, !driver.isWaitingForTurn {
            driver.isWaitingForTurn = true
            waitingForTurn.append(id)
        }
        if let deadline = driver.deadline { wheel.schedule(Int(id.index), at: deadline) }
    }

    // MARK: Time

    private func advanceTimers() {
        expired.removeAll(keepingCapacity: true)
        wheel.advance(to: now, &expired)
        for index in expired {
            guard let driver = table[index: index] else { continue }
            driver.deadlinePassed(now: now)
            followUp(on: driver)
        }
        if state.isOutputFull { dropUnread() }
        if let acceptor, acceptor.isPaused { try? acceptor.start(loop: self) }
        if table.count == 0, acceptor?.isPaused != true { stopTicking() }
    }

    /// Gives up the clients that have not taken anything for long, and so makes room for others.
    private func dropUnread() {
        let patience = services.timeouts.rateWindow
        guard now > patience else { return }
        for driver in table.all where driver.isUnread(since: now - patience) {
            services.observer?.rejected(.outputLimit)
            driver.abandon(now: now, reset: true)
            followUp(on: driver)
        }
    }

    func startTicking() {
        guard !ticking else { return }
        ticking = true
        setTick(nanoseconds: Int(wheel.tick))
    }

    private func stopTicking() {
        ticking = false
        setTick(nanoseconds: 0)
    }

    private func setTick(nanoseconds: Int) {
        let interval = timespec(tv_sec: 0, tv_nsec: nanoseconds)
        var value = itimerspec(it_interval: interval, it_value: interval)
        if let timer = tickDescriptor { _ = timerfd_settime(timer, 0, &value, nil) }
    }

    private var tickDescriptor: Int32? {
        switch ticks {
        case .some(let timer): timer.number
        case .none: nil
        }
    }

    private func shutDown() {
        isShutDown = true
        acceptor?.stop(loop: self)
        // It knows the loops, this one too: left here, none of them would ever be freed.
        acceptor = nil
        tellAll { $0.abandon(now: now) }
        source?.cancel()
        source = nil
        ticks = nil
    }
}
