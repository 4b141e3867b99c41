import COpenSSL
import Testing

@testable import HTTPServer

/// The other end of a `TLSSession`: OpenSSL as a client, joined to the session in memory.
final class TLSTestClient {
    struct Options {
        var maximumVersion = TLS1_3_VERSION
        var minimumVersion = TLS1_2_VERSION
        var protocols: [String]?
        var identity: TestIdentity?
        var ciphers: String?
    }

    let session: TLSSession
    let ssl: OpaquePointer
    let transport = TLSTransport()
    private let context: OpaquePointer
    /// What the server decrypted.
    var receivedByServer: [UInt8] = []

    init(of server: TLSContext, _ options: Options = Options()) throws {
        session = try TLSSession(server)
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

    /// Goes to and fro until neither side has anything to say. Throws the server's error.
    func handshake() throws {
        var input: [UInt8] = []
        repeat {
            lend(input) { ssl in
                // A ticket may follow the handshake; peeking makes the client take it.
                var byte: UInt8 = 0
                if SSL_do_handshake(ssl) == 1 { SSL_peek(ssl, &byte, 1) }
            }
            try deliver()
            input = session.takeOutgoing()
        } while !input.isEmpty
    }

    /// Runs `body` with `bytes` readable by the client.
    func lend(_ bytes: [UInt8], _ body: (OpaquePointer) -> Void) {
        ERR_clear_error()
        bytes.withUnsafeBytes { buffer in transport.lend(buffer) { body(ssl) } }
    }

    /// Hands to the server what the client has written.
    func deliver() throws {
        let bytes = transport.outgoing
        transport.outgoing = []
        if !bytes.isEmpty {
            try bytes.withUnsafeBytes { try session.receive($0, into: &receivedByServer) }
        }
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = SSL_write(ssl, bytes, Int32(bytes.count))
    }

    /// Decrypts what the server has to say.
    func read() -> [UInt8] {
        var plaintext: [UInt8] = []
        lend(session.takeOutgoing()) { ssl in
            var chunk = [UInt8](repeating: 0, count: 16_384)
            while true {
                let count = SSL_read(ssl, &chunk, Int32(chunk.count))
                guard count > 0 else { return }
                plaintext += chunk.prefix(Int(count))
            }
        }
        return plaintext
    }

    /// The server's close_notify has arrived.
    var sawCloseNotify: Bool {
        SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0
    }

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
