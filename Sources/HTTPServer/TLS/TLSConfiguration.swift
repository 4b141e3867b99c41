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
