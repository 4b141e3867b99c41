import COpenSSL

/// What can go wrong with transport security. None of the texts holds key material or plaintext.
public enum TLSError: Error, Equatable, CustomStringConvertible {
    /// A certificate, key or authority file cannot be used.
    case configuration(String)
    /// The peers did not agree, or the peer broke the protocol, before the handshake was over.
    case handshake(String)
    /// The peer broke the protocol, or failed an integrity check, after the handshake.
    case protocolViolation(String)
    /// The stream ended without close_notify, so its end may have been cut off (RFC 8446 section 6.1).
    case truncated

    public var description: String {
        switch self {
        case .configuration(let reason): "TLS configuration: \(reason)"
        case .handshake(let reason): "TLS handshake: \(reason)"
        case .protocolViolation(let reason): "TLS protocol: \(reason)"
        case .truncated: "TLS stream ended without close_notify"
        }
    }
}

/// OpenSSL reports its errors in a queue that belongs to the calling thread. It must be empty before an operation whose
/// outcome is asked for with `SSL_get_error`, or an old error of another connection is taken for a new one of this one.
enum OpenSSLErrorQueue {
    /// Forgets what earlier operations of this thread left behind.
    static func clear() {
        ERR_clear_error()
    }

    /// Takes all errors off the queue and says what the first of them, the cause, was.
    static func drain() -> String {
        let first = ERR_get_error()
        ERR_clear_error()
        guard first != 0 else { return "unknown error" }
        if let reason = ERR_reason_error_string(first) {
            return String(cString: reason)
        }
        return "error \(first)"
    }
}
