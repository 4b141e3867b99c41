import COpenSSL

/// SHA-256 by OpenSSL.
enum SHA256 {
    /// The 32 bytes of the digest; nil where there is no memory for it.
    static func digest(of bytes: [UInt8]) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha256(), nil) == 1, count == 32 else { return nil }
        return Array(digest.prefix(32))
    }
}
