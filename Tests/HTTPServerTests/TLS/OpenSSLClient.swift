import COpenSSL
import Testing

@testable import HTTPServer

/// OpenSSL as a client, without a socket.
class OpenSSLClient {
    struct Options {
        var maximumVersion = TLS1_3_VERSION
        var minimumVersion = TLS1_2_VERSION
        var protocols: [String]?
        var identity: TestIdentity?
        var ciphers: String?
    }

    let ssl: OpaquePointer
    /// What the client wants to send collects in its `outgoing`.
    let transport = TLSTransport()
    /// The server's close_notify has arrived. (SSL_get_shutdown would not tell it from a fatal alert.)
    private(set) var sawCloseNotify = false
    private let context: OpaquePointer

    init(_ options: Options = Options()) throws {
        context = try #require(SSL_CTX_new(TLS_client_method()))
        _ = shim_SSL_CTX_set_min_proto_version(context, options.minimumVersion)
        _ = shim_SSL_CTX_set_max_proto_version(context, options.maximumVersion)
        if options.maximumVersion < TLS1_2_VERSION { SSL_CTX_set_security_level(context, 0) }
        if let identity = options.identity {
            SSL_CTX_use_certificate(context, identity.certificate)
            SSL_CTX_use_PrivateKey(context, identity.key)
        }
        if let ciphers = options.ciphers { SSL_CTX_set_cipher_list(context, ciphers) }
        ssl = try #require(SSL_new(context))
        let bio = transport.makeBIO()
        SSL_set_bio(ssl, bio, bio)
        SSL_set_connect_state(ssl)
        if let protocols = options.protocols {
            let list = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            SSL_set_alpn_protos(ssl, list, UInt32(list.count))
        }
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    /// Runs `body` with `bytes` readable by the client.
    func lend(_ bytes: [UInt8], _ body: (OpaquePointer) -> Void) {
        ERR_clear_error()
        bytes.withUnsafeBytes { buffer in
            transport.lend(buffer)
            body(ssl)
            transport.takeBack()
        }
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = SSL_write(ssl, bytes, Int32(bytes.count))
    }

    /// Goes on with the handshake, and decrypts what `bytes` hold.
    func receive(_ bytes: [UInt8]) -> [UInt8] {
        var plaintext: [UInt8] = []
        lend(bytes) { ssl in
            guard SSL_do_handshake(ssl) == 1 else { return }
            var chunk = [UInt8](repeating: 0, count: 16_384)
            while true {
                let count = SSL_read(ssl, &chunk, Int32(chunk.count))
                guard count > 0 else {
                    if SSL_get_error(ssl, count) == SSL_ERROR_ZERO_RETURN { sawCloseNotify = true }
                    return
                }
                plaintext += chunk.prefix(Int(count))
            }
        }
        return plaintext
    }

    /// The handshake is over on this side.
    var isEstablished: Bool { SSL_is_init_finished(ssl) == 1 }

    var negotiatedProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard let name else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// Name of the certificate that the server showed.
    var serverName: String {
        guard let certificate = SSL_get1_peer_certificate(ssl) else { return "" }
        defer { X509_free(certificate) }
        var name = [CChar](repeating: 0, count: 256)
        let count = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, &name, 256)
        return String(decoding: name.prefix(Int(max(0, count))).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
