/// Where the server's identity comes from, and whom it lets in.
public struct TLSConfiguration: Sendable, Equatable {
    /// PEM file: the server's certificate, then the intermediate ones.
    public var certificatePath: String
    /// PEM file: the private key of the first certificate, without a passphrase.
    public var privateKeyPath: String
    /// PEM file: authorities that client certificates must be signed by. With it every client must show a certificate
    /// (mutual TLS); without it none is asked for.
    public var clientAuthorityPath: String?

    public init(certificatePath: String, privateKeyPath: String, clientAuthorityPath: String? = nil) {
        self.certificatePath = certificatePath
        self.privateKeyPath = privateKeyPath
        self.clientAuthorityPath = clientAuthorityPath
    }

    /// The files whose change asks for a reload.
    var paths: [String] {
        [certificatePath, privateKeyPath] + (clientAuthorityPath.map { [$0] } ?? [])
    }
}
