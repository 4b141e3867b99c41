/// Joins the HTTP side of a connection to its socket: reads, writes and closes as they ask for it. Confined to one loop.
final class ConnectionDriver {
    /// What a loop tells of a socket.
    struct Readiness: OptionSet {
        let rawValue: UInt8
        static let readable = Readiness(rawValue: 1)
        static let writable = Readiness(rawValue: 2)
        /// The client has closed its direction; there may be bytes before that.
        static let closedByClient = Readiness(rawValue: 4)
        static let failed = Readiness(rawValue: 8)
    }

    /// How often a connection reads before others have their turn.
    private static let readsPerTurn = 8
    /// How many bytes it sends, about, before others have theirs: some tenths of a millisecond.
    private static let bytesPerTurn = 512 * 1024

    let id: ConnectionID
    let info: ConnectionInfo
    private let observer: (any ServerObserver)?
    /// The loop's buffer, into which every connection of the loop reads.
    private let buffer: UnsafeMutableRawBufferPointer
    /// Both are used on their loop alone, and nothing that they call holds the driver, so no access can begin inside another:
    /// the check at each of some thirty accesses of a request is left out.
    @exclusivity(unchecked) private var http: HTTPConnection
    @exclusivity(unchecked) private var stream: SocketStream

    /// Bytes that were read, and decrypted, and could not be used yet.
    private var pending: [UInt8] = []
    private var pendingStart = 0
    /// Input was left lying because the HTTP side did not accept it; it has to be asked again.
    private var isStalled = false
    private(set) var isClosed = false
    /// The connection is open only to be told that there are too many.
    let isRefusal: Bool
    /// There is more to do, but it is the turn of others.
    private(set) var wantsTurn = false
    /// Bytes that may still be sent in this turn.
    private var sendingBudget = 0
    /// The loop will call ``pump(now:)`` once others have had their turn.
    var isWaitingForTurn = false
    /// What the loop has counted of ``heldOutput``.
    var countedOutput = 0
    /// What the loop has counted of ``heldInput``.
    var countedInput: Int {
        get { http.countedInput }
        set { http.countedInput = newValue }
    }
    /// The loop has counted the handshake that is under way.
    var isHandshakeCounted: Bool

    /// - Parameter buffer: memory that outlives the driver and is used by nobody else while one of its methods runs.
    init(
        stream: consuming SocketStream, http: HTTPConnection, buffer: UnsafeMutableRawBufferPointer,
        isRefusal: Bool = false
    ) {
        id = http.id
        info = http.info
        observer = http.services.observer
        self.stream = stream
        self.http = http
        self.buffer = buffer
        self.isRefusal = isRefusal
        isHandshakeCounted = self.stream.handshakeDeadline != nil
    }

    /// When ``deadlinePassed(now:)`` is to be called; nil where time does not matter.
    var deadline: UInt64? {
        guard let handshake = stream.handshakeDeadline else { return http.deadline }
        return min(handshake, http.deadline ?? .max)
    }

    /// Bytes of memory that are held for a client to read.
    var heldOutput: Int { isClosed ? 0 : http.heldOutput + stream.heldBytes }

    /// Bytes of memory that are held of a request whose rest is awaited.
    var heldInput: Int { isClosed ? 0 : http.heldInput }

    /// Whether a client that has taken nothing since `time` keeps memory.
    func isUnread(since time: UInt64) -> Bool {
        guard heldOutput > 0, let since = http.blockedSince else { return false }
        return since <= time
    }

    /// A TLS handshake is under way.
    var isHandshaking: Bool { !isClosed && stream.handshakeDeadline != nil }

    // MARK: Events

    func becameReady(_ readiness: Readiness, now: UInt64) {
        guard !isClosed else { return }
        if readiness.contains(.failed) { return close(now: now) }
        if readiness.contains(.readable) { stream.becameReadable() }
        if readiness.contains(.writable) { stream.becameWritable() }
        if readiness.contains(.closedByClient), !stream.isClosedByClient {
            stream.clientClosed()
            http.clientClosed(now: now)
        }
        if !isWaitingForTurn { pump(now: now) }
    }

    func workFinished(_ result: WorkResult, now: UInt64) {
        guard !isClosed else { return }
        http.workFinished(result, now: now)
        pump(now: now)
    }

    func deadlinePassed(now: UInt64) {
        guard !isClosed, let deadline, deadline <= now else { return }
        if let handshake = stream.handshakeDeadline, handshake <= now { return close(now: now) }
        http.deadlinePassed(now: now)
        pump(now: now)
    }

    func drainBegan(now: UInt64, grace: UInt64) {
        guard !isClosed else { return }
        http.drainBegan(now: now, grace: grace)
        pump(now: now)
    }

    /// A request without a response gets one that says that the server stops.
    func graceEnds(now: UInt64) {
        guard !isClosed else { return }
        http.graceEnds(now: now)
        pump(now: now)
    }

    /// Answers that there is no room for this connection, and closes it.
    func refuseConnection(now: UInt64) {
        http.refuseConnection(now: now)
        pump(now: now)
    }

    /// Closes the socket at once.
    ///
    /// - Parameter reset: forgets what was not sent.
    func abandon(now: UInt64, reset: Bool = false) {
        guard !isClosed else { return }
        close(now: now, reset: reset)
    }

    // MARK: Work

    /// Goes on reading, writing and carrying out commands until nothing more can be done for now.
    func pump(now: UInt64) {
        var budget = Self.readsPerTurn
        sendingBudget = Self.bytesPerTurn
        wantsTurn = false
        http.turnCame(now: now)
        while !isClosed {
            let progressed = takeInput(now: now)
            guard !isClosed else { break }
            flush(now: now)
            guard !isClosed else { break }
            let commanded = carryOutCommand(now: now)
            guard progressed || commanded else { break }
            budget -= 1
            if budget == 0 {
                wantsTurn = true
                break
            }
        }
        guard !isClosed else { return }
        if http.awaitsTurn { wantsTurn = true }
        releaseBuffers()
    }

    /// Reads and passes on. False if there was nothing to do.
    private func takeInput(now: UInt64) -> Bool {
        if http.discardsInput {
            http.discard(pending.count - pendingStart)
            dropPending()
            return read(now: now)
        }
        guard http.acceptsInput else { return false }
        guard isStalled || pendingStart < pending.count else { return read(now: now) }
        isStalled = false
        pendingStart += http.receive(pending.span.extracting(droppingFirst: pendingStart), now: now)
        if pendingStart == pending.count { dropPending() }
        if !http.acceptsInput { isStalled = true }
        return true
    }

    private func read(now: UInt64) -> Bool {
        let wasClosedByClient = stream.isClosedByClient
        switch stream.read(into: buffer, plaintext: &pending) {
        case .bytes(let count):
            let bytes = UnsafeBufferPointer(rebasing: buffer.bindMemory(to: UInt8.self)[..<count])
            let used = http.receive(bytes.span, now: now)
            if used < count { pending.append(contentsOf: bytes[used...]) }
            if !http.acceptsInput { isStalled = true }
        case .decrypted(let handshakeFinished):
            if handshakeFinished { observer?.handshakeFinished(succeeded: true) }
            if stream.isClosedByClient, !wasClosedByClient { http.clientClosed(now: now) }
        case .undecipherable(let count):
            http.discard(count)
        case .end:
            http.inputClosed(now: now)
        case .tlsFailed:
            failTLS(now: now)
        case .nothing:
            return false
        case .broken:
            close(now: now)
            return false
        }
        return true
    }

    /// Sends what there is, as far as the socket takes it.
    private func flush(now: UInt64) {
        switch stream.write(&http.output, budget: &sendingBudget) {
        case .sent: http.outputSent(now: now)
        case .blocked: http.outputBlocked(sent: stream.sentBytes, now: now)
        case .waiting: return
        case .interrupted: wantsTurn = true
        case .tlsFailed: failTLS(now: now)
        case .broken: close(now: now)
        }
    }

    /// Does what the HTTP side asks for. False if that is nothing.
    private func carryOutCommand(now: UInt64) -> Bool {
        guard let command = http.takeCommand() else { return false }
        switch command {
        case .halfClose:
            stream.shutDown()
            flush(now: now)
        case .close:
            if http.output.isEmpty { stream.sendCloseNotify() }
            close(now: now)
        case .reset: close(now: now, reset: true)
        }
        return true
    }

    /// TLS cannot go on: its alert goes out, and the connection lingers so that the client can read it.
    private func failTLS(now: UInt64) {
        endHandshake()
        dropPending()
        http.transportFailed(now: now)
    }

    private func close(now: UInt64, reset: Bool = false) {
        isClosed = true
        wantsTurn = false
        endHandshake()
        http.connectionClosed(now: now)
        stream.close(reset: reset)
        dropPending()
    }

    /// A handshake that is not over by now has failed.
    private func endHandshake() {
        if stream.abandonHandshake() { observer?.handshakeFinished(succeeded: false) }
    }

    // MARK: Memory

    private func dropPending() {
        pending.removeAll(keepingCapacity: !isClosed)
        pendingStart = 0
    }

    private func releaseBuffers() {
        guard http.releaseBuffers() else { return }
        if pending.isEmpty, pending.capacity > 0 { pending = [] }
        stream.releaseBuffers()
    }
}
