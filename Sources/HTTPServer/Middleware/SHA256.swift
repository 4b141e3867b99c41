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

/// SHA-256 of a bearer token. Tokens themselves are not kept in memory, and cannot be found from this by guessing if they are as
/// random as they should be.
struct TokenDigest: Sendable, Hashable {
    /// Empty where there was no memory for it. Such a digest equals none.
    private let words: [UInt64]

    init(of token: some Collection<UInt8>) {
        words =
            SHA256.digest(of: Array(token))?.withUnsafeBytes { bytes in
                (0..<4).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
            } ?? []
    }

    /// Whether both are the same, found in a time that does not depend on how much of them is.
    func equalsInConstantTime(_ other: TokenDigest) -> Bool {
        guard words.count == 4, other.words.count == 4 else { return false }
        var difference: UInt64 = 0
        for (left, right) in zip(words, other.words) { difference |= left ^ right }
        return difference == 0
    }
}

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
