import COpenSSL
import Glibc

/// TLS over a connected, blocking socket, for one exchange: the certificate must be of the host, by an authority that is trusted.
final class TLSClient {
    private let context: OpaquePointer
    private let ssl: OpaquePointer

    /// Shakes hands.
    ///
    /// - Parameters:
    ///   - descriptor: stays its owner's.
    ///   - host: a name or an address, as the certificate has to have it.
    ///   - authorities: a PEM file of those that are trusted; nil for the system's.
    init(_ descriptor: Int32, host: String, authorities: String?) throws(NoAnswer) {
        // What OpenSSL writes into a connection that was reset would end the process.
        signal(SIGPIPE, SIG_IGN)
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw Self.failure("TLS") }
        guard let ssl = SSL_new(context) else {
            SSL_CTX_free(context)
            throw Self.failure("TLS")
        }
        self.context = context
        self.ssl = ssl
        _ = shim_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)
        let trusted =
            if let authorities { SSL_CTX_load_verify_locations(context, authorities, nil) } else {
                SSL_CTX_set_default_verify_paths(context)
            }
        guard trusted == 1 else { throw Self.failure(authorities ?? "the system's certificate authorities") }
        SSL_set_verify(ssl, SSL_VERIFY_PEER, nil)
        // An address stands in the certificate as one, and is no server name (RFC 6066, section 3).
        if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) != 1 {
            guard SSL_set1_host(ssl, host) == 1, shim_SSL_set_tlsext_host_name(ssl, host) == 1 else {
                throw Self.failure("TLS")
            }
        }
        guard SSL_set_fd(ssl, descriptor) == 1 else { throw Self.failure("TLS") }
        ERR_clear_error()
        let result = SSL_connect(ssl)
        guard result == 1 else {
            let verdict = SSL_get_verify_result(ssl)
            if verdict != Int(X509_V_OK) {
                throw NoAnswer(
                    "its certificate is not trusted: \(String(cString: X509_verify_cert_error_string(verdict)))")
            }
            throw Self.reason(SSL_get_error(ssl, result))
        }
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    func send(_ bytes: [UInt8]) throws(NoAnswer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            ERR_clear_error()
            let count = rest.withUnsafeBytes { SSL_write(ssl, $0.baseAddress, Int32(clamping: $0.count)) }
            guard count > 0 else { throw Self.reason(SSL_get_error(ssl, count)) }
            rest = rest.dropFirst(Int(count))
        }
    }

    /// The next bytes; none at the end of the stream, which only the other side's word for it is.
    func receive() throws(NoAnswer) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        ERR_clear_error()
        let count = SSL_read(ssl, &buffer, Int32(buffer.count))
        if count > 0 { return Array(buffer[..<Int(count)]) }
        let error = SSL_get_error(ssl, count)
        if error == SSL_ERROR_ZERO_RETURN { return [] }
        throw Self.reason(error)
    }

    private static func reason(_ error: Int32) -> NoAnswer {
        switch error {
        // The socket's time limit has passed.
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: NoAnswer("no answer in time")
        case SSL_ERROR_SYSCALL: errno == 0 ? NoAnswer("closed without an answer") : NoAnswer.ofErrno()
        default: failure("TLS")
        }
    }

    /// What OpenSSL says of the call that failed last.
    private static func failure(_ what: String) -> NoAnswer {
        var text = [CChar](repeating: 0, count: 256)
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0 else { return NoAnswer("\(what): failed") }
        ERR_error_string_n(code, &text, text.count)
        // "error:0A000086:SSL routines::certificate verify failed"
        let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return NoAnswer("\(what): \(words.split(separator: ":").last.map(String.init) ?? words)")
    }
}
