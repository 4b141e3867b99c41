import COpenSSL

/// SHA-256 of a bearer token. Tokens themselves are not kept in memory, and cannot be found from this by guessing if they are as
/// random as they should be.
public struct TokenDigest: Sendable, Hashable {
    private let words: [UInt64]

    init(of token: some Collection<UInt8>) {
        let bytes = Array(token)
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        // Fails only without memory; all digests are then those of zeros, so the count is part of the value.
        EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha256(), nil)
        words =
            digest.prefix(32).withUnsafeBytes { bytes in
                (0..<4).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
            } + [UInt64(count)]
    }

    /// Whether both are the same, found in a time that does not depend on how much of them is.
    func equalsInConstantTime(_ other: TokenDigest) -> Bool {
        var difference: UInt64 = 0
        for (left, right) in zip(words, other.words) { difference |= left ^ right }
        return difference == 0 && words[4] == 32
    }
}
