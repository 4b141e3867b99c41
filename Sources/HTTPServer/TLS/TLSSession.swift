import COpenSSL

/// The TLS of one connection without its socket: ciphertext in, plaintext out, and the other way round.
///
/// It does no I/O and knows no time: its owner feeds it what it reads, sends the ciphertext that waits, and ends a
/// handshake that takes too long. After an error nothing more can be received or sent, but the alert that tells the
/// client why may wait to be sent.
struct TLSSession: ~Copyable {
    enum State: Equatable {
        /// Waiting for the client's part of the handshake.
        case handshaking
        /// Both directions are open.
        case established
        /// The client sent close_notify: it sends no more, but may still be sent to (RFC 8446 section 6.1).
        case closedByPeer
        /// The connection failed; only its pending alert may go out.
        case failed
    }

    private(set) var state = State.handshaking
    /// Until when the handshake must be over; nil once it is, or was given up.
    private(set) var handshakeDeadline: UInt64?
    private var isHandshakeComplete = false
    private var hasOfferedTicket = false
    /// How much of the ciphertext in `transport.outgoing` was sent.
    private var sent = 0
    private let ssl: OpaquePointer
    private let transport: TLSTransport
    // Keeps the SSL_CTX's owner alive; a reload replaces the context for new connections only.
    private let context: TLSContext

    /// Ciphertext waiting to be sent beyond which no more is made, and nothing more is read that could ask for a response.
    private static let outgoingLimit = 64 * 1024

    /// - Throws: `TLSError.configuration` when OpenSSL is out of memory.
    init(_ context: TLSContext, handshakeDeadline: UInt64) throws(TLSError) {
        OpenSSLErrorQueue.clear()
        let transport = TLSTransport()
        guard let ssl = SSL_new(context.pointer) else { throw .configuration(OpenSSLErrorQueue.drain()) }
        guard let bio = transport.makeBIO() else {
            SSL_free(ssl)
            throw .configuration(OpenSSLErrorQueue.drain())
        }
        // One BIO for both directions: SSL_set_bio then takes over exactly one reference.
        SSL_set_bio(ssl, bio, bio)
        SSL_set_accept_state(ssl)
        self.ssl = ssl
        self.transport = transport
        self.context = context
        self.handshakeDeadline = handshakeDeadline
    }

    deinit {
        // Frees the BIO too; `transport` is released after it, as stored properties are.
        SSL_free(ssl)
    }

    // MARK: From the client

    /// Takes bytes from the socket, goes on with the handshake, and appends what was decrypted to `plaintext`: never more
    /// bytes than it was given.
    /// - Throws: `TLSError.handshake` or `.protocolViolation`.
    mutating func receive(_ ciphertext: UnsafeRawBufferPointer, into plaintext: inout [UInt8]) throws(TLSError) {
        guard state != .failed else { throw .protocolViolation("connection already failed") }
        // Whatever follows close_notify is ignored (RFC 8446 section 6.1).
        guard state != .closedByPeer else { return }
        OpenSSLErrorQueue.clear()
        transport.lend(ciphertext)
        let outcome = advance(into: &plaintext)
        transport.takeBack()
        switch outcome {
        case .wantsMore: return
        case .peerClosed: state = .closedByPeer
        case .failed(let reason):
            state = .failed
            if isHandshakeComplete { throw .protocolViolation(reason) }
            throw .handshake(reason)
        }
    }

    /// The socket delivered the client's FIN.
    /// - Throws: `TLSError.truncated` unless close_notify came first.
    mutating func receiveEnd() throws(TLSError) {
        transport.reachedEnd = true
        switch state {
        case .closedByPeer, .failed: return
        case .handshaking:
            state = .failed
            throw .handshake("peer closed the connection")
        case .established:
            state = .failed
            throw .truncated
        }
    }

    /// The handshake is given up. False if there was none under way.
    mutating func abandonHandshake() -> Bool {
        defer { handshakeDeadline = nil }
        return handshakeDeadline != nil
    }

    // MARK: To the client

    /// Encrypts `plaintext`; the ciphertext waits to be sent.
    /// - Throws: `TLSError.protocolViolation` when the session cannot send: before the handshake, or after a failure.
    mutating func send(_ plaintext: UnsafeRawBufferPointer) throws(TLSError) {
        guard isHandshakeComplete, state != .failed else { throw .protocolViolation("session cannot send") }
        OpenSSLErrorQueue.clear()
        if !hasOfferedTicket {
            // One ticket, with the first response: those who never ask for anything cost none, and no client that waits for
            // its response is woken up before. Fails for TLS 1.2, whose ticket was part of the handshake.
            hasOfferedTicket = true
            _ = SSL_new_session_ticket(ssl)
            OpenSSLErrorQueue.clear()
        }
        var rest = plaintext
        while !rest.isEmpty {
            let written = SSL_write(ssl, rest.baseAddress, Int32(clamping: rest.count))
            guard written > 0 else {
                state = .failed
                throw .protocolViolation(OpenSSLErrorQueue.drain())
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(written)...])
        }
    }

    /// Encrypts what `output` holds, as far as there is room. Before the handshake is over, and after a failure, nothing.
    mutating func encrypt(_ output: inout OutputBuffer) throws(TLSError) {
        guard isHandshakeComplete, state != .failed else { return }
        while !output.isEmpty, !isCongested {
            let count = try output.withNext { bytes throws(TLSError) in
                let piece = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes.prefix(Self.outgoingLimit)))
                try send(piece)
                return piece.count
            }
            output.consume(count ?? 0)
        }
    }

    /// Says that nothing more will be sent: adds close_notify to the ciphertext. Asked twice, it does nothing.
    mutating func close() {
        guard isHandshakeComplete, state != .failed, SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN == 0 else { return }
        OpenSSLErrorQueue.clear()
        _ = SSL_shutdown(ssl)
        OpenSSLErrorQueue.clear()
    }

    /// Ciphertext that waits to be sent, in bytes.
    var outgoingCount: Int { transport.outgoing.count - sent }

    /// The client does not take what the session has to say, and might only ask for more.
    var isCongested: Bool { outgoingCount > Self.outgoingLimit }

    /// Calls `send` with the ciphertext that waits, and takes off what it has sent.
    mutating func sendOutgoing(_ send: (UnsafeRawBufferPointer) -> IOResult) -> IOResult {
        let result = transport.outgoing.withUnsafeBytes { send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
        if case .bytes(let count) = result {
            sent += count
            if outgoingCount == 0 {
                // By a method: Swift 6.3 cannot compile the change of a class's property here with ThreadSanitizer.
                transport.forgetOutgoing()
                sent = 0
            }
        }
        return result
    }

    /// Gives back the memory that an idle connection does not need.
    mutating func releaseBuffers() {
        if outgoingCount == 0 { transport.outgoing = [] }
    }

    // MARK: OpenSSL

    private enum Outcome {
        case wantsMore, peerClosed
        case failed(String)
    }

    /// Reads until OpenSSL has used up what was lent.
    private mutating func advance(into plaintext: inout [UInt8]) -> Outcome {
        if !isHandshakeComplete {
            let result = SSL_do_handshake(ssl)
            guard result == 1 else { return outcome(of: result) }
            isHandshakeComplete = true
            handshakeDeadline = nil
            state = .established
        }
        // The largest plaintext of a record (RFC 8446 section 5.1).
        return withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { room in
            while true {
                let count = SSL_read(ssl, room.baseAddress, Int32(room.count))
                guard count > 0 else { return outcome(of: count) }
                plaintext.append(contentsOf: room[..<Int(count)])
            }
        }
    }

    private func outcome(of result: Int32) -> Outcome {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: .wantsMore
        case SSL_ERROR_ZERO_RETURN: .peerClosed
        default: .failed(OpenSSLErrorQueue.drain())
        }
    }
}
