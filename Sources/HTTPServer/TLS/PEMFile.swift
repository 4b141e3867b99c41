import COpenSSL

/// The text of a PEM file. It is read by this program and not by OpenSSL, which would wait at a pipe.
struct PEMFile {
    private let kind: String
    private let path: String
    private let bytes: [UInt8]

    /// In bytes; a revocation list of a large authority has some megabytes.
    private static let maximumSize = 64 << 20

    /// - Parameter kind: what the file is called in errors.
    /// - Throws: `TLSError.configuration` with the path and the system's reason.
    init(_ kind: String, _ path: String) throws(TLSError) {
        self.kind = kind
        self.path = path
        do {
            bytes = try FileContents.read(path, limit: Self.maximumSize)
        } catch {
            throw .configuration("\(kind) \(error)")
        }
    }

    /// Reads one kind of object from the file, one after the other, and hands each of them to `use`, which owns it then.
    ///
    /// - Parameters:
    ///   - read: one of OpenSSL's `PEM_read_bio_…`; what stands between the objects that it knows is passed over.
    ///   - use: false where OpenSSL does not take it.
    /// - Throws: `TLSError.configuration` where there is none, or one that cannot be read.
    func forEach(
        _ read: (OpaquePointer) -> OpaquePointer?, _ use: (OpaquePointer) -> Bool
    ) throws(TLSError) {
        OpenSSLErrorQueue.clear()
        var count = 0
        let isWhole: Bool = bytes.withUnsafeBytes { buffer in
            // The BIO refers to the bytes and is gone before they are.
            guard let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return false }
            defer { BIO_free(bio) }
            while let object = read(bio) {
                guard use(object) else { return false }
                count += 1
            }
            // No further beginning is the end of the file; anything else is an object that cannot be read.
            return count > 0 && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
        }
        guard isWhole else { throw failure() }
        OpenSSLErrorQueue.clear()
    }

    /// Reads the first object of a kind, which the caller owns then.
    ///
    /// - Throws: `TLSError.configuration` where there is none, or it cannot be read.
    func first(_ read: (OpaquePointer) -> OpaquePointer?) throws(TLSError) -> OpaquePointer {
        OpenSSLErrorQueue.clear()
        let object: OpaquePointer? = bytes.withUnsafeBytes { buffer in
            // The BIO refers to the bytes and is gone before they are.
            guard let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return nil }
            defer { BIO_free(bio) }
            return read(bio)
        }
        guard let object else { throw failure() }
        OpenSSLErrorQueue.clear()
        return object
    }

    /// What OpenSSL has to say about the file.
    private func failure() -> TLSError { .configuration("\(kind) \(path): \(OpenSSLErrorQueue.drain())") }

    // For ``forEach(_:_:)``. Without a callback OpenSSL would ask for the passphrase of an encrypted key on the terminal.

    static func certificate(_ bio: OpaquePointer) -> OpaquePointer? {
        PEM_read_bio_X509_AUX(bio, nil, { _, _, _, _ in 0 }, nil)
    }

    static func revocationList(_ bio: OpaquePointer) -> OpaquePointer? {
        PEM_read_bio_X509_CRL(bio, nil, { _, _, _, _ in 0 }, nil)
    }

    static func privateKey(_ bio: OpaquePointer) -> OpaquePointer? {
        PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil)
    }
}
