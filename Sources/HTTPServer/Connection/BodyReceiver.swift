/// Where the body of the request being served goes, and the content coding that is undone on the way.
///
/// A body that is collected is inflated as it arrives. One that is handed on in chunks is read and inflated one chunk ahead of
/// its consumer, so that both have something to do: what is held is one chunk, whatever the compressed bytes would grow to.
struct BodyReceiver {
    enum Destination {
        /// No body is wanted.
        case none
        case collect(@Sendable (Request) -> Answer)
        case stream(any BodyConsumer)
    }

    static var none: BodyReceiver { BodyReceiver(.none) }

    /// The most that an inflated chunk holds, in bytes. Of one without a coding half of it, and what was read at once.
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
    /// Found while inflating ahead; the chunks before it are consumed first.
    private var failure: InflateError?

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

    /// Of a body that is handed on: whether a chunk is held, and nothing more should be read until it is taken.
    var isFull: Bool {
        inflater == nil ? bytes.count >= Self.chunkLimit / 2 : !compressed.isEmpty || hasMore || failure != nil
    }

    /// Inflates what the next chunk can hold.
    mutating func prepareChunk() {
        guard failure == nil else { return }
        do throws(InflateError) { while try inflate() {} } catch { failure = error }
    }

    /// The next chunk for the consumer; empty if there is none.
    mutating func takeChunk() throws(InflateError) -> [UInt8] {
        prepareChunk()
        if bytes.isEmpty, let failure { throw failure }
        var chunk: [UInt8] = []
        swap(&chunk, &bytes)
        return chunk
    }

    /// The body is over, and all chunks of it were taken.
    func finish() throws(InflateError) {
        try inflater?.finish()
    }

    /// Inflates at most one chunk. False once all that came is inflated, or the chunk is full.
    private mutating func inflate() throws(InflateError) -> Bool {
        guard let inflater, !compressed.isEmpty || hasMore else { return false }
        let before = bytes.count
        var room = Self.chunkLimit
        if case .stream = destination { room -= before }
        guard room > 0 else { return false }
        var failure: InflateError?
        let used = compressed.withUnsafeBytes { input in
            do throws(InflateError) {
                return try inflater.inflate(input, into: &bytes, room: room)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        hasMore = bytes.count - before == room
        compressed.removeFirst(used)
        return hasMore
    }
}
