/// The TLS of one connection as its driver sees it: a session, its ciphertext on the way to the socket, and the deadline of
/// its handshake. Confined to one loop.
final class TLSChannel {
    private let session: TLSSession
    private var ciphertext: [UInt8] = []
    /// How much of `ciphertext` was sent.
    private var sent = 0
    private var handshakeEnd: UInt64?

    /// Ciphertext waiting for the socket beyond which no more is made, and nothing more is read that could ask for an answer.
    private static let limit = 64 * 1024

    /// - Parameter handshakeEnd: when the handshake must be over.
    init(_ context: TLSContext, handshakeEnd: UInt64) throws(TLSError) {
        session = try TLSSession(context)
        self.handshakeEnd = handshakeEnd
    }

    /// Until when the handshake must be over; nil once it is.
    var handshakeDeadline: UInt64? { handshakeEnd }
    var isHandshaking: Bool { handshakeEnd != nil }
    var isClosedByPeer: Bool { session.state == .closedByPeer }
    var hasFailed: Bool { session.state == .failed }
    /// The client does not take what the session has to say, and might only ask for more.
    var isCongested: Bool { ciphertext.count - sent > Self.limit }

    /// What the arrival of ciphertext led to.
    enum Arrival {
        case nothingNew
        case handshakeFinished
    }

    /// Takes bytes from the socket, and appends to `plaintext` what they hold.
    func receive(_ bytes: UnsafeRawBufferPointer, into plaintext: inout [UInt8]) throws(TLSError) -> Arrival {
        defer { collect() }
        try session.receive(bytes, into: &plaintext)
        guard isHandshaking, session.isHandshakeComplete else { return .nothingNew }
        handshakeEnd = nil
        return .handshakeFinished
    }

    /// The socket has no more bytes.
    func receiveEnd() throws(TLSError) {
        try session.receiveEnd()
    }

    /// The handshake is given up.
    func abandonHandshake() {
        handshakeEnd = nil
    }

    /// Encrypts what `output` holds, as far as there is room.
    func encrypt(_ output: inout OutputBuffer) throws(TLSError) {
        guard session.isHandshakeComplete, !hasFailed else { return }
        while !output.isEmpty, !isCongested {
            var failure: TLSError?
            let count = output.withNext { bytes in
                let piece = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes.prefix(Self.limit)))
                do throws(TLSError) { try session.send(piece) } catch { failure = error }
                return piece.count
            }
            if let failure { throw failure }
            output.consume(count ?? 0)
            collect()
        }
    }

    /// Adds close_notify to what is to be sent.
    func close() {
        session.close()
        collect()
    }

    var hasCiphertext: Bool { sent < ciphertext.count }

    /// Sends a part of the ciphertext.
    func send(on descriptor: Int32, by system: any SystemCalls) -> IOResult {
        let result = ciphertext.withUnsafeBytes {
            system.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[sent...]))
        }
        if case .bytes(let count) = result {
            sent += count
            if sent == ciphertext.count {
                ciphertext.removeAll(keepingCapacity: true)
                sent = 0
            }
        }
        return result
    }

    /// Gives back the memory that an idle connection does not need.
    func releaseBuffers() {
        if !hasCiphertext { ciphertext = [] }
        session.releaseBuffers()
    }

    private func collect() {
        session.moveOutgoing(into: &ciphertext)
    }
}
