import COpenSSL

/// OpenSSL's view of a connection: a BIO that reads from a caller's bytes and appends to a buffer, and never does I/O.
///
/// Ciphertext from the socket is lent for the duration of one call, so a connection at rest holds no input buffer; what
/// OpenSSL wants to send collects in `outgoing` until the session's owner sends it. A class, because OpenSSL keeps a
/// pointer to it.
final class TLSTransport {
    /// What is still unread of the bytes that were lent.
    private var incoming = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The peer has sent its last byte.
    var reachedEnd = false
    /// Ciphertext for the peer.
    var outgoing: [UInt8] = []

    /// Makes `bytes` readable for OpenSSL, until ``takeBack()``.
    func lend(_ bytes: UnsafeRawBufferPointer) { incoming = bytes }

    /// All of `outgoing` was sent.
    func forgetOutgoing() { outgoing.removeAll(keepingCapacity: true) }

    func takeBack() { incoming = UnsafeRawBufferPointer(start: nil, count: 0) }

    /// A BIO on this object, which must outlive it.
    func makeBIO() -> OpaquePointer? {
        guard let method = Self.method, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    private func read(into target: UnsafeMutableRawPointer, count: Int) -> Int {
        let taken = min(count, incoming.count)
        guard taken > 0, let source = incoming.baseAddress else { return 0 }
        target.copyMemory(from: source, byteCount: taken)
        incoming = UnsafeRawBufferPointer(rebasing: incoming[taken...])
        return taken
    }

    /// The table of operations that all BIOs share.
    // nonisolated(unsafe): filled in once, by Swift's thread-safe initialisation, and from then on only read by OpenSSL.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "lent bytes") else { return nil }
        BIO_meth_set_read(method) { bio, target, count in
            guard let bio, let target, count > 0, let transport = TLSTransport.of(bio) else { return 0 }
            shim_BIO_clear_retry_flags(bio)
            let taken = transport.read(into: target, count: Int(count))
            if taken > 0 { return Int32(taken) }
            if transport.reachedEnd { return 0 }
            shim_BIO_set_retry_read(bio)
            return -1
        }
        BIO_meth_set_write(method) { bio, source, count in
            guard let bio, let source, count > 0, let transport = TLSTransport.of(bio) else { return 0 }
            shim_BIO_clear_retry_flags(bio)
            transport.outgoing.append(contentsOf: UnsafeRawBufferPointer(start: source, count: Int(count)))
            return count
        }
        BIO_meth_set_ctrl(method) { bio, command, _, _ in
            switch command {
            case BIO_CTRL_FLUSH: return 1
            case BIO_CTRL_EOF: return bio.flatMap(TLSTransport.of)?.reachedEnd == true ? 1 : 0
            default: return 0
            }
        }
        return method
    }()

    /// The object behind a BIO: `TLSSession` owns both, frees the BIO first, and uses them on one thread at a time.
    private static func of(_ bio: OpaquePointer) -> TLSTransport? {
        guard let data = BIO_get_data(bio) else { return nil }
        return Unmanaged<TLSTransport>.fromOpaque(data).takeUnretainedValue()
    }
}
