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
