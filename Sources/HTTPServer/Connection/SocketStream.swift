/// The bytes between a connection and its client: a socket, and TLS on it where the listener has certificates.
///
/// Loops tell of readiness once per edge, so it remembers what may still be read or written. It is the only owner of
/// its descriptor, which ``close(reset:)`` closes.
struct SocketStream: ~Copyable {
    /// What reading led to.
    enum Input {
        /// So many bytes lie in the buffer.
        case bytes(Int)
        /// What could be decrypted was appended to the plaintext, if anything.
        case decrypted(handshakeFinished: Bool)
        /// So many bytes came after TLS had failed.
        case undecipherable(Int)
        /// There is nothing to be read for now.
        case nothing
        /// The client has closed its side, and everything before that was read.
        case end
        /// TLS cannot go on. Its alert waits to be sent.
        case tlsFailed
        /// The connection is gone, or was cut off.
        case broken
    }

    /// What writing led to.
    enum Output {
        /// Everything was sent.
        case sent
        /// The socket takes no more for now, as was just found out.
        case blocked
        /// There is more to be sent, once the socket takes more or the handshake is over.
        case waiting
        /// There is more to be sent, and the socket may take it, but it is enough for one turn.
        case interrupted
        case tlsFailed
        case broken
    }

    private let descriptor: Int32
    private let system: any SystemCalls
    /// nil where the connection is plain.
    private var tls: TLSSession?
    private var canRead = false
    private var canWrite = true
    /// The client has closed its side; there may be bytes before that.
    private(set) var isClosedByClient = false
    /// The end of the client's side was read.
    private var inputEnded = false
    /// Our side is to be closed as soon as the last ciphertext is sent.
    private var shutsDownWhenSent = false
    /// Bytes that the socket has taken.
    private(set) var sentBytes = 0

    /// The most that the socket is offered at once.
    private static let piece = 256 * 1024

    init(descriptor: Int32, system: any SystemCalls, tls: consuming TLSSession?) {
        self.descriptor = descriptor
        self.system = system
        self.tls = tls
    }

    /// Until when a TLS handshake must be over; nil where none is under way.
    var handshakeDeadline: UInt64? {
        switch tls {
        case .some(let session): session.handshakeDeadline
        case .none: nil
        }
    }

    /// The handshake is given up. False if there was none under way.
    mutating func abandonHandshake() -> Bool { tls?.abandonHandshake() ?? false }

    // MARK: Reading

    mutating func becameReadable() { canRead = true }

    mutating func becameWritable() { canWrite = true }

    mutating func clientClosed() {
        isClosedByClient = true
        canRead = true
    }

    /// Reads once. To be called when everything that was read before is used up.
    ///
    /// - Parameter buffer: where bytes of a plain connection go.
    /// - Parameter plaintext: what bytes of a TLS connection are appended to.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer, plaintext: inout [UInt8]) -> Input {
        guard !inputEnded else { return .nothing }
        if isEndAnnounced {
            inputEnded = true
            return .end
        }
        guard canRead, !isCongested else { return .nothing }
        switch system.receive(descriptor, into: buffer) {
        case .bytes(let count):
            // A short read has emptied the socket, unless the end follows.
            if count < buffer.count, !isClosedByClient { canRead = false }
            return tls == nil ? .bytes(count) : decrypt(UnsafeRawBufferPointer(rebasing: buffer[..<count]), &plaintext)
        case .wouldBlock:
            canRead = false
            return .nothing
        case .end:
            // Without close_notify it is not the end of the stream: anybody can cut off a connection (RFC 8446,
            // section 6.1).
            do { try tls?.receiveEnd() } catch { return .broken }
            inputEnded = true
            return .end
        case .failed:
            return .broken
        }
    }

    private mutating func decrypt(_ bytes: UnsafeRawBufferPointer, _ plaintext: inout [UInt8]) -> Input {
        guard !hasTLSFailed else { return .undecipherable(bytes.count) }
        let isHandshaking = handshakeDeadline != nil
        do { try tls?.receive(bytes, into: &plaintext) } catch { return .tlsFailed }
        if isEndAnnounced { isClosedByClient = true }
        return .decrypted(handshakeFinished: isHandshaking && handshakeDeadline == nil)
    }

    private var isEndAnnounced: Bool {
        switch tls {
        case .some(let session): session.state == .closedByPeer
        case .none: false
        }
    }

    private var hasTLSFailed: Bool {
        switch tls {
        case .some(let session): session.state == .failed
        case .none: false
        }
    }

    private var isCongested: Bool {
        switch tls {
        case .some(let session): session.isCongested
        case .none: false
        }
    }

    // MARK: Writing

    /// Sends `output`, encrypted where the connection is, as far as the socket takes it.
    ///
    /// - Parameter budget: about as many bytes are sent; what was sent is taken off.
    mutating func write(_ output: inout OutputBuffer, budget: inout Int) -> Output {
        while canWrite {
            if budget <= 0, hasCiphertext || !output.isEmpty { return .interrupted }
            do { try tls?.encrypt(&output) } catch { return .tlsFailed }
            guard let result = sendNext(&output) else { break }
            switch result {
            case .bytes(let count):
                budget -= count
                sentBytes &+= count
            case .wouldBlock:
                canWrite = false
                return .blocked
            case .failed, .end:
                return .broken
            }
        }
        guard !hasCiphertext, output.isEmpty else { return .waiting }
        if shutsDownWhenSent {
            shutsDownWhenSent = false
            system.shutdownWrite(descriptor)
        }
        return .sent
    }

    /// Sends a piece; nil where there is nothing that can be sent.
    private mutating func sendNext(_ output: inout OutputBuffer) -> IOResult? {
        if tls != nil {
            guard hasCiphertext else { return nil }
            let (system, descriptor) = (system, descriptor)
            return tls?.sendOutgoing { system.send(descriptor, $0) }
        }
        let result = output.withNext { bytes in
            system.send(descriptor, UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes.prefix(Self.piece))))
        }
        if case .bytes(let count) = result { output.consume(count) }
        return result
    }

    /// Bytes of memory that are held to be sent.
    var heldBytes: Int {
        switch tls {
        case .some(let session): session.outgoingCount
        case .none: 0
        }
    }

    private var hasCiphertext: Bool {
        switch tls {
        case .some(let session): session.outgoingCount > 0
        case .none: false
        }
    }

    // MARK: The end

    /// Closes our side: with TLS once close_notify is sent (RFC 9112, section 9.8), for which ``write(_:)`` is to be
    /// called again.
    mutating func shutDown() {
        guard tls != nil else { return system.shutdownWrite(descriptor) }
        tls?.close()
        shutsDownWhenSent = true
    }

    /// Sends close_notify, if the socket takes it at once.
    mutating func sendCloseNotify() {
        guard canWrite, tls != nil else { return }
        tls?.close()
        var nothing = OutputBuffer()
        _ = sendNext(&nothing)
    }

    /// Closes the socket, and with `reset` forgets what was not sent.
    mutating func close(reset: Bool) {
        if reset { system.reset(descriptor) } else { system.close(descriptor) }
    }

    /// Gives back the memory that an idle connection does not need.
    mutating func releaseBuffers() { tls?.releaseBuffers() }
}
