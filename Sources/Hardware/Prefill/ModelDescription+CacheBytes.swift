import Sizing
import Text

extension ModelDescription {
    /// The KV cache and state of one request as a function of its tokens: what a transfer moves.
    ///
    /// - Throws: `InvalidInput` naming `kv_bytes_per_token` where a layer's is beyond what the model works with.
    public func cacheBytes(format: ElementFormat) throws(InvalidInput) -> CacheBytes {
        let bends = [0] + Set(attending.flatMap(\.attention.span.bends)).sorted()
        var slopes = bends.map { cacheBytesPerToken(context: $0, format: format) }
        let last = slopes.removeLast()
        var parts = [CacheBytes.Part(perToken: max(0, last))]
        // Between two bends the slope is that of the first; what falls off at a bend was kept up to it only.
        var next = last
        for (index, slope) in slopes.enumerated().reversed() {
            if slope > next { parts.append(CacheBytes.Part(perToken: slope - next, window: bends[index + 1])) }
            next = slope
        }
        return try CacheBytes(state: stateBytes(), parts: parts)
    }
}
