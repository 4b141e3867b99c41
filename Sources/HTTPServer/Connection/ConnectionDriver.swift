/// Does what the HTTP side of a connection decides: reads, writes and closes its socket. Confined to one loop.
///
/// It is told of readiness once per edge, so it remembers what may still be read or written. Where there is a
/// ``TLSChannel``, it stands between the socket and the HTTP side; see ConnectionDriver+TLS.
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

    let descriptor: Int32
    let system: any SystemCalls
    /// The loop's buffer, into which every connection of the loop reads.
    private let buffer: UnsafeMutableRawBufferPointer
    var http: HTTPConnection
    /// nil where the connection is plain.
    let tls: TLSChannel?

    /// Bytes that were read, and decrypted, and could not be used yet.
    var pending: [UInt8] = []
    private var pendingStart = 0
    /// Input was left lying because the HTTP side did not accept it; it has to be asked again.
    private var isStalled = false
    private var canRead = false
    var canWrite = true
    var clientClosed = false
    var inputEnded = false
    /// Our side is to be closed as soon as the last ciphertext is sent.
    var halfClosesWhenSent = false
    private(set) var isClosed = false
    /// The connection is open only to be told that there are too many.
    var isRefusal = false
    /// There may be more to read, but it is the turn of others.
    private(set) var wantsTurn = false

    /// - Parameter buffer: memory that outlives the driver and is used by nobody else while one of its methods runs.
    init(
        descriptor: Int32, system: any SystemCalls, buffer: UnsafeMutableRawBufferPointer, http: HTTPConnection,
        tls: TLSChannel? = nil
    ) {
        self.descriptor = descriptor
        self.system = system
        self.buffer = buffer
        self.http = http
        self.tls = tls
    }

    /// When ``deadlinePassed(now:)`` is to be called; nil where time does not matter.
    var deadline: UInt64? {
        guard let handshake = tls?.handshakeDeadline else { return http.deadline }
        return min(handshake, http.deadline ?? .max)
    }

    // MARK: Events

    func becameReady(_ readiness: Readiness, now: UInt64) {
        guard !isClosed else { return }
        if readiness.contains(.failed) { return lose(now: now) }
        if readiness.contains(.readable) { canRead = true }
        if readiness.contains(.writable) { canWrite = true }
        if readiness.contains(.closedByClient), !clientClosed {
            clientClosed = true
            canRead = true
            http.clientClosed(now: now)
        }
        pump(now: now)
    }

    func workFinished(_ result: WorkResult, now: UInt64) {
        guard !isClosed else { return }
        http.workFinished(result, now: now)
        pump(now: now)
    }

    func deadlinePassed(now: UInt64) {
        guard !isClosed, let deadline, deadline <= now else { return }
        if let handshake = tls?.handshakeDeadline, handshake <= now { return lose(now: now) }
        http.deadlinePassed(now: now)
        pump(now: now)
    }

    func drainBegan(now: UInt64, grace: UInt64) {
        guard !isClosed else { return }
        http.drainBegan(now: now, grace: grace)
        pump(now: now)
    }

    /// Answers that there is no room for this connection, and closes it.
    func refuseConnection(now: UInt64) {
        http.refuseConnection(now: now)
        pump(now: now)
    }

    /// Closes the socket at once.
    func abandon(now: UInt64) {
        guard !isClosed else { return }
        close(now: now, reset: false)
    }

    // MARK: Work

    /// Goes on reading, writing and obeying until nothing more can be done for now.
    func pump(now: UInt64) {
        var budget = Self.readsPerTurn
        wantsTurn = false
        while !isClosed {
            let progressed = takeInput(now: now)
            guard !isClosed else { break }
            flush(now: now)
            guard !isClosed else { break }
            let obeyed = obey(now: now)
            guard progressed || obeyed else { break }
            budget -= 1
            if budget == 0 {
                wantsTurn = true
                break
            }
        }
        if !isClosed, http.machine.state == .idle { releaseBuffers() }
    }

    /// Reads and passes on. False if there was nothing to do.
    private func takeInput(now: UInt64) -> Bool {
        if http.machine.discardsInput {
            if !pending.isEmpty { dropPending() }
            return announcedEnd(now: now) || read(now: now)
        }
        guard http.acceptsInput else { return false }
        if isStalled || pendingStart < pending.count {
            isStalled = false
            let used = http.receive(pending.span.extracting(droppingFirst: pendingStart), now: now)
            pendingStart += used
            if pendingStart == pending.count { dropPendingStorage() }
            if !http.acceptsInput { isStalled = true }
            return true
        }
        if announcedEnd(now: now) { return true }
        return read(now: now)
    }

    private func read(now: UInt64) -> Bool {
        guard canRead, !inputEnded, tls?.isCongested != true else { return false }
        switch system.receive(descriptor, into: buffer) {
        case .bytes(let count):
            // A short read has emptied the socket, unless the end follows.
            if count < buffer.count, !clientClosed { canRead = false }
            if let tls {
                decrypt(UnsafeRawBufferPointer(rebasing: buffer[..<count]), tls, now: now)
                return true
            }
            let bytes = UnsafeBufferPointer(rebasing: buffer.bindMemory(to: UInt8.self)[..<count])
            let used = http.receive(bytes.span, now: now)
            if used < count { pending.append(contentsOf: bytes[used...]) }
            if !http.acceptsInput { isStalled = true }
            return true
        case .wouldBlock:
            canRead = false
            return false
        case .end:
            guard endIsAnnounced() else {
                lose(now: now)
                return false
            }
            inputEnded = true
            http.inputClosed(now: now)
            return true
        case .failed:
            lose(now: now)
            return false
        }
    }

    /// Sends what there is, as far as the socket takes it.
    private func flush(now: UInt64) {
        if let tls { return flush(tls, now: now) }
        while canWrite, !http.output.isEmpty {
            let result = http.output.withNext { system.send(descriptor, UnsafeRawBufferPointer($0)) }
            switch result {
            case .bytes(let count): http.output.consume(count)
            case .wouldBlock:
                canWrite = false
                http.outputBlocked(now: now)
            case .failed, .end:
                return lose(now: now)
            case nil: return
            }
        }
        if http.output.isEmpty { http.outputSent(now: now) }
    }

    /// Carries out a command. False if there was none.
    private func obey(now: UInt64) -> Bool {
        guard let command = http.command else { return false }
        http.command = nil
        switch command {
        case .halfClose: halfClose(now: now)
        case .close:
            sayGoodbye()
            close(now: now, reset: false)
        case .reset: close(now: now, reset: true)
        }
        return true
    }

    /// The connection is broken.
    func lose(now: UInt64) { close(now: now, reset: false) }

    private func close(now: UInt64, reset: Bool) {
        isClosed = true
        handshakeEnded()
        wantsTurn = false
        http.connectionLost(now: now)
        if reset { system.reset(descriptor) } else { system.close(descriptor) }
        pending = []
    }

    func dropPending() {
        http.discard(pending.count - pendingStart)
        dropPendingStorage()
    }

    private func dropPendingStorage() {
        pending.removeAll(keepingCapacity: true)
        pendingStart = 0
    }

    private func releaseBuffers() {
        http.releaseBuffers()
        if pending.isEmpty, pending.capacity > 0 { pending = [] }
        tls?.releaseBuffers()
    }
}
