import COpenSSL

/// The hash source of an inline script or style, for a `Content-Security-Policy` that allows that text and no other
/// (CSP level 3, section 2.3.1).
public enum InlineSourceHash {
    /// `'sha256-…'` of exactly the bytes between the element's tags.
    public static func source(of text: some Collection<UInt8>) -> String {
        // Without memory for a digest the hash allows nothing, which is safe.
        let digest = SHA256.digest(of: Array(text)) ?? [UInt8](repeating: 0, count: 32)
        // Base64 of 32 bytes is 44 characters, and EVP_EncodeBlock ends them with a zero byte.
        var encoded = [UInt8](repeating: 0, count: 45)
        EVP_EncodeBlock(&encoded, digest, 32)
        return "'sha256-\(String(decoding: encoded.prefix(44), as: UTF8.self))'"
    }
}
