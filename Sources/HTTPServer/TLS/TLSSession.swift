import COpenSSL

/// One server-side TLS connection without its socket: ciphertext in, plaintext out, and the other way round.
///
/// The session does no I/O and knows no time: the driver feeds what it reads, sends what `takeOutgoing` gives, and ends
/// a handshake that takes too long. A session belongs to one connection on one loop and is not shared between threads.
///
/// After an error nothing more can be received or sent, but `takeOutgoing` may hold the alert that tells the peer why.
public final class TLSSession {
    public enum State: Equatable, Sendable {
        /// Waiting for the peer's part of the handshake.
        case handshaking
        /// Both directions are open.
        case established
        /// The peer sent close_notify: it sends no more, but may still be sent to (RFC 8446 section 6.1).
        case closedByPeer
        /// The connection failed; only its pending alert may go out.
        case failed
    }

    public private(set) var state: State = .handshaking

    /// The handshake is over, and did not fail.
    public private(set) var isHandshakeComplete = false

    private var hasOfferedTicket = false
    private let ssl: OpaquePointer
    private let transport: TLSTransport
    // Keeps the SSL_CTX's owner alive; a reload replaces the context for new connections only.
    private let context: TLSContext

    /// - Throws: `TLSError.configuration` when OpenSSL is out of memory.
    public init(_ context: TLSContext) throws(TLSError) {
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
    }

    deinit {
        // Frees the BIO too; `transport` is released after it, as stored properties are.
        SSL_free(ssl)
    }

    /// Takes bytes from the socket, goes on with the handshake, and appends what was decrypted to `plaintext`: never more
    /// bytes than it was given.
    /// - Throws: `TLSError.handshake` or `.protocolViolation`.
    public func receive(_ ciphertext: UnsafeRawBufferPointer, into plaintext: inout [UInt8]) throws(TLSError) {
        guard state != .failed else { throw .protocolViolation("connection already failed") }
        // Whatever follows close_notify is ignored (RFC 8446 section 6.1).
        guard state != .closedByPeer else { return }
        OpenSSLErrorQueue.clear()
        let outcome = transport.lend(ciphertext) { advance(into: &plaintext) }
        try apply(outcome)
    }

    /// The socket delivered the peer's FIN.
    /// - Throws: `TLSError.truncated` unless close_notify came first.
    public func receiveEnd() throws(TLSError) {
        transport.reachedEnd = true
        switch state {
        case .closedByPeer, .failed: return
        case .handshaking:
            fail()
            throw .handshake("peer closed the connection")
        case .established:
            fail()
            throw .truncated
        }
    }

    /// Encrypts `plaintext`; the result waits in `takeOutgoing`.
    /// - Throws: `TLSError.protocolViolation` when the session cannot send: before the handshake, or after a failure.
    public func send(_ plaintext: UnsafeRawBufferPointer) throws(TLSError) {
        guard isHandshakeComplete, state != .failed else { throw .protocolViolation("session cannot send") }
        OpenSSLErrorQueue.clear()
        if !hasOfferedTicket {
            // One ticket, with the first answer: those who never ask for anything cost none, and no client that waits for its
            // answer is woken up before. Fails for TLS 1.2, whose ticket was part of the handshake.
            hasOfferedTicket = true
            _ = SSL_new_session_ticket(ssl)
            OpenSSLErrorQueue.clear()
        }
        var rest = plaintext
        while !rest.isEmpty {
            let count = Int32(clamping: rest.count)
            let written = SSL_write(ssl, rest.baseAddress, count)
            guard written > 0 else {
                let reason = OpenSSLErrorQueue.drain()
                fail()
                throw .protocolViolation(reason)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(written)...])
        }
    }

    /// Says that nothing more will be sent: close_notify goes into `takeOutgoing`. Asked twice, it does nothing.
    public func close() {
        guard isHandshakeComplete, state != .failed, SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN == 0 else { return }
        OpenSSLErrorQueue.clear()
        _ = SSL_shutdown(ssl)
        OpenSSLErrorQueue.clear()
    }

    /// Ciphertext that waits for the socket, in bytes.
    public var outgoingCount: Int { transport.outgoing.count }

    /// Gives away the ciphertext that waits for the socket.
    public func takeOutgoing() -> [UInt8] {
        defer { transport.outgoing = [] }
        return transport.outgoing
    }

    /// Moves the ciphertext that waits for the socket to the end of `buffer`, and keeps the storage for the next time.
    public func moveOutgoing(into buffer: inout [UInt8]) {
        if buffer.isEmpty {
            swap(&buffer, &transport.outgoing)
        } else {
            buffer.append(contentsOf: transport.outgoing)
            transport.outgoing.removeAll(keepingCapacity: transport.outgoing.capacity <= 32_768)
        }
    }

    /// Gives back the storage of ciphertext that was taken.
    func releaseBuffers() {
        if transport.outgoing.isEmpty { transport.outgoing = [] }
    }

    /// `TLSv1.2` or `TLSv1.3`.
    public var protocolVersion: String {
        String(cString: SSL_get_version(ssl))
    }

    // MARK: - OpenSSL

    private enum Outcome {
        case wantsMore, peerClosed
        case failed(String)
    }

    /// Reads until OpenSSL has used up what was lent.
    private func advance(into plaintext: inout [UInt8]) -> Outcome {
        if !isHandshakeComplete {
            let result = SSL_do_handshake(ssl)
            guard result == 1 else { return outcome(of: result) }
            isHandshakeComplete = true
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

    private func apply(_ outcome: Outcome) throws(TLSError) {
        switch outcome {
        case .wantsMore: return
        case .peerClosed: state = .closedByPeer
        case .failed(let reason):
            fail()
            if isHandshakeComplete { throw .protocolViolation(reason) }
            throw .handshake(reason)
        }
    }

    private func fail() {
        state = .failed
    }
}
