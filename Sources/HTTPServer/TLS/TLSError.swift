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
