/// Where the body of the request being served goes, and the content coding that is undone on the way.
///
/// A body that is collected is inflated as it arrives. One that is handed on in chunks is inflated chunk by chunk, when the
/// consumer is ready for the next: what is held is one chunk, whatever the compressed bytes would grow to.
struct BodyReceiver {
    enum Destination {
        /// No body is wanted.
        case none
        case collect(@Sendable (Request) -> Answer)
        case stream(any BodyConsumer)
    }

    static var none: BodyReceiver { BodyReceiver(.none) }

    /// The most that an inflated chunk holds, in bytes.
    static let chunkLimit = 128 * 1024

    let destination: Destination
    /// The whole body so far, or what has not been given to the consumer.
    private(set) var bytes: [UInt8] = []
    /// A chunk is with the consumer.
    var isBusy = false
    /// nil where the content has no coding.
    private let inflater: Inflater?
    /// What has arrived and is not inflated yet. Only of a body that is handed on; at most what was read at once.
    private var compressed: [UInt8] = []
    /// The inflater may have more to give without further input.
    private var hasMore = false

    init(_ destination: Destination, inflater: Inflater? = nil) {
        self.destination = destination
        self.inflater = inflater
    }

    /// Takes bytes of the content as they came.
    mutating func append(_ span: Span<UInt8>) throws(InflateError) {
        if case .none = destination { return }
        if inflater == nil {
            span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        } else {
            span.withUnsafeBufferPointer { compressed.append(contentsOf: $0) }
            // All at once: the inflater's limit bounds what comes of it.
            if case .collect = destination { while try inflate() {} }
        }
    }

    /// The next chunk for the consumer; empty if there is none.
    mutating func takeChunk() throws(InflateError) -> [UInt8] {
        if inflater != nil { _ = try inflate() }
        var chunk: [UInt8] = []
        swap(&chunk, &bytes)
        return chunk
    }

    /// The body is over, and all chunks of it were taken.
    func finish() throws(InflateError) {
        try inflater?.finish()
    }

    /// Inflates at most one chunk. False once all that came is inflated.
    private mutating func inflate() throws(InflateError) -> Bool {
        guard let inflater, !compressed.isEmpty || hasMore else { return false }
        let before = bytes.count
        var failure: InflateError?
        let used = compressed.withUnsafeBytes { input in
            do throws(InflateError) {
                return try inflater.inflate(input, into: &bytes, room: Self.chunkLimit)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        hasMore = bytes.count - before == Self.chunkLimit
        compressed.removeFirst(used)
        return hasMore
    }
}
