import COpenSSL

/// Where the server's identity comes from, and whom it lets in.
public struct TLSConfiguration: Sendable, Equatable {
    /// PEM file: the server's certificate, then the intermediate ones.
    public var certificatePath: String
    /// PEM file: the private key of the first certificate, without a passphrase.
    public var privateKeyPath: String
    /// PEM file: authorities that client certificates must be signed by. With it every client must show a certificate
    /// (mutual TLS); without it none is asked for.
    public var clientAuthorityPath: String?
    /// PEM file: revocation lists, one of each authority that may stand in a client's chain (RFC 5280, section 5). A client whose
    /// certificate is on one of them is not let in, nor anybody whose list is missing or out of date. Without it nothing is
    /// revoked. Only together with `clientAuthorityPath`.
    public var revocationListPath: String?

    public init(
        certificatePath: String, privateKeyPath: String, clientAuthorityPath: String? = nil,
        revocationListPath: String? = nil
    ) {
        self.certificatePath = certificatePath
        self.privateKeyPath = privateKeyPath
        self.clientAuthorityPath = clientAuthorityPath
        self.revocationListPath = revocationListPath
    }

    /// The files whose change asks for a reload.
    var paths: [String] {
        [certificatePath, privateKeyPath, clientAuthorityPath, revocationListPath].compactMap { $0 }
    }
}

/// What all TLS connections of a listener share: identity, versions, ciphers, curves, and the rule for client certificates.
///
/// The policy is Mozilla's *intermediate* profile, version 5.7 (https://wiki.mozilla.org/Security/Server_Side_TLS):
/// - TLS 1.2 and 1.3; X25519, P-256, P-384; AEAD ciphers with ephemeral keys; the client's order of ciphers counts.
/// - The profile's finite-field (DHE) suites are left out: no client of this decade needs them, and a DHE handshake costs
///   the server so much more than the client that it is an attack of its own (CVE-2002-20001).
///
/// Beyond the profile:
/// - ALPN: `http/1.1` or the fatal alert no_application_protocol (RFC 7301 section 3.2); a client without ALPN is served.
/// - No renegotiation, no compression, no early data.
/// - Resumption by stateless tickets only. Their key is drawn with the context and lives in memory only; the store makes
///   a new context on each reload and at least every 12 hours, which ends old tickets. Thus the server keeps no
///   table of sessions, and a changed client authority or revocation list takes effect at once.
public final class TLSContext: @unchecked Sendable {
    // @unchecked: the SSL_CTX is set up in `init` and only read afterwards. OpenSSL counts its references and takes its
    // locks by itself (openssl-threads(7)), so any loop may make sessions from it.
    let pointer: OpaquePointer

    /// When the certificate ends, in seconds since 1970-01-01 UTC.
    public let certificateExpiry: Int

    /// How long a ticket may be used, in seconds.
    static let ticketLifetime = 7200

    /// Suites of TLS 1.2; those of TLS 1.3 are OpenSSL's defaults, which are the profile's.
    static let ciphers = """
        ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
        ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
        """
    static let ciphersuites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    static let groups = "X25519:P-256:P-384"

    /// Reads the files and builds the context.
    /// - Throws: `TLSError.configuration` if a file is missing or malformed, or key and certificate do not match.
    public init(_ configuration: TLSConfiguration) throws(TLSError) {
        OpenSSLErrorQueue.clear()
        guard let pointer = SSL_CTX_new(TLS_server_method()) else {
            throw .configuration(OpenSSLErrorQueue.drain())
        }
        do {
            try Self.applyPolicy(to: pointer)
            try Self.loadIdentity(configuration, into: pointer)
            if let authorities = configuration.clientAuthorityPath {
                try Self.requireClientCertificate(
                    signedBy: authorities, notRevokedBy: configuration.revocationListPath, in: pointer)
            }
        } catch {
            SSL_CTX_free(pointer)
            throw error
        }
        self.pointer = pointer
        certificateExpiry = Self.expiry(of: pointer)
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    private static func applyPolicy(to context: OpaquePointer) throws(TLSError) {
        let accepted =
            shim_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1
            && shim_SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1
            && SSL_CTX_set_cipher_list(context, ciphers) == 1
            && SSL_CTX_set_ciphersuites(context, ciphersuites) == 1
            && shim_SSL_CTX_set1_groups_list(context, groups) == 1
        guard accepted else { throw .configuration(OpenSSLErrorQueue.drain()) }
        _ = SSL_CTX_clear_options(context, shim_SSL_OP_CIPHER_SERVER_PREFERENCE)
        _ = SSL_CTX_set_options(context, shim_SSL_OP_NO_RENEGOTIATION | shim_SSL_OP_NO_COMPRESSION)
        // Idle connections hold no 17 KB record buffers. Partial writes do not occur: the transport takes all bytes.
        _ = shim_SSL_CTX_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
        _ = shim_SSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        _ = SSL_CTX_set_timeout(context, ticketLifetime)
        // None of itself; see `TLSSession.send`.
        _ = SSL_CTX_set_num_tickets(context, 0)
        _ = SSL_CTX_set_max_early_data(context, 0)
        SSL_CTX_set_alpn_select_cb(context, ALPN.select, nil)
    }

    private static func loadIdentity(_ configuration: TLSConfiguration, into context: OpaquePointer) throws(TLSError) {
        let chain = try PEMFile("certificate", configuration.certificatePath)
        var isFirst = true
        try chain.forEach(PEMFile.certificate) { certificate in
            guard isFirst else { return shim_SSL_CTX_add0_chain_cert(context, certificate) == 1 }
            isFirst = false
            defer { X509_free(certificate) }
            return SSL_CTX_use_certificate(context, certificate) == 1
        }
        let key = try PEMFile("private key", configuration.privateKeyPath).first(PEMFile.privateKey)
        defer { EVP_PKEY_free(key) }
        guard SSL_CTX_use_PrivateKey(context, key) == 1, SSL_CTX_check_private_key(context) == 1 else {
            throw .configuration(
                "private key \(configuration.privateKeyPath) and certificate \(configuration.certificatePath): "
                    + OpenSSLErrorQueue.drain())
        }
    }

    private static func requireClientCertificate(
        signedBy path: String, notRevokedBy lists: String?, in context: OpaquePointer
    ) throws(TLSError) {
        guard let store = SSL_CTX_get_cert_store(context) else { throw .configuration(OpenSSLErrorQueue.drain()) }
        try PEMFile("client authorities", path).forEach(PEMFile.certificate) { authority in
            defer { X509_free(authority) }
            return X509_STORE_add_cert(store, authority) == 1 && SSL_CTX_add_client_CA(context, authority) == 1
        }
        if let lists {
            try PEMFile("revocation lists", lists).forEach(PEMFile.revocationList) { list in
                defer { X509_CRL_free(list) }
                return X509_STORE_add_crl(store, list) == 1
            }
            _ = X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
        }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        // A resumed session is bound to this server, as OpenSSL demands where clients are verified.
        let name: [UInt8] = Array("HTTPServer".utf8)
        guard SSL_CTX_set_session_id_context(context, name, UInt32(name.count)) == 1 else {
            throw .configuration(OpenSSLErrorQueue.drain())
        }
    }

    private static func expiry(of context: OpaquePointer) -> Int {
        guard let certificate = SSL_CTX_get0_certificate(context), let end = X509_get0_notAfter(certificate) else {
            return 0
        }
        var time = tm()
        guard ASN1_TIME_to_tm(end, &time) == 1 else { return 0 }
        return timegm(&time)
    }
}

/// The TLS context in use, replaced when its files change. Connections keep the context that they began with.
public typealias TLSCertificateStore = Reloadable<TLSContext>

extension Reloadable where Value == TLSContext {
    /// After 12 hours, in nanoseconds, a context is made anew even from unchanged files, which draws a new ticket key.
    static var ticketKeyLifetime: UInt64 { 12 * 3600 * 1_000_000_000 }

    /// - Throws: `TLSError.configuration` if the files cannot be used now. Later on such files are reported and ignored.
    public convenience init(
        _ configuration: TLSConfiguration, now: UInt64, report: @escaping @Sendable (ReloadEvent) -> Void = { _ in }
    ) throws {
        try self.init(
            name: "TLS certificate", paths: configuration.paths, maximumAge: Self.ticketKeyLifetime, now: now,
            report: report
        ) {
            try TLSContext(configuration)
        }
    }
}

/// Application-layer protocol negotiation (RFC 7301): this server speaks `http/1.1`.
enum ALPN {
    static let protocolName: [UInt8] = Array("http/1.1".utf8)

    /// Where `http/1.1` stands in a client's list (each name preceded by its length), without the length byte.
    static func range(of name: [UInt8] = protocolName, in offered: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        var start = 0
        while start < offered.count {
            let length = Int(offered[start])
            let end = start + 1 + length
            guard length > 0, end <= offered.count else { return nil }
            if offered[(start + 1)..<end].elementsEqual(name) { return (start + 1)..<end }
            start = end
        }
        return nil
    }

    /// OpenSSL's callback. A client that offers only other protocols gets the alert no_application_protocol.
    static let select: SSL_CTX_alpn_select_cb_func = { _, selected, selectedLength, offered, offeredLength, _ in
        // The answer points into the client's list, which OpenSSL keeps until it has copied the response.
        guard let selected, let selectedLength, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let list = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
        guard let range = range(in: list) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        selected.pointee = offered + range.lowerBound
        selectedLength.pointee = UInt8(range.count)
        return SSL_TLSEXT_ERR_OK
    }
}
