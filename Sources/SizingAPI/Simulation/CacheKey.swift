import JSON
import Numerics

/// Keys of the result cache: a hash of the canonical request with a secret of the process, so that nobody can make two
/// requests with one key.
enum CacheKey {
    private static let secret = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))

    /// - Parameter purpose: which kind of request it is.
    static func of(_ request: JSONValue, purpose: StaticString) -> ResultCache.Key {
        var text = request.canonicalText()
        purpose.withUTF8Buffer { text.append(contentsOf: $0) }
        return SipHash128.hash(text, key: secret)
    }
}
