/// How the body of one request flows from the client to whoever takes it, and the content coding that is undone on the
/// way. Pure: events come in, and the ``Step`` that they return says what is to be done.
///
/// A body that is delivered whole is inflated as it arrives, a slice in each turn of its connection: a few compressed
/// bytes may become many. One that is delivered in chunks is read and inflated one chunk ahead of its consumer, so that both have
/// something to do. What is held is one chunk, whatever the compressed bytes would grow to.
struct BodyFlow {
    enum Delivery {
        case whole
        /// In chunks, one at a time, while the body arrives.
        case chunks
    }

    enum Step: Equatable {
        /// Give this chunk to the consumer, which is free.
        case give([UInt8])
        /// The body is complete. This is all of it; empty where it was given in chunks.
        case finish([UInt8])
        /// The body is not acceptable.
        case fail(ServerError)
    }

    /// The most that an inflated chunk holds, in bytes, and the most that is inflated of a whole body in a turn: some tenths of a
    /// millisecond. Without a coding, a chunk is as long, and what was read at once.
    static let chunkLimit = 64 * 1024

    private let delivery: Delivery
    /// Bytes that the body may have, before and after its coding is undone.
    private let limit: Int
    /// nil where the content has no coding.
    private let inflater: Inflater?
    /// Bytes that arrived.
    private var received = 0
    /// The whole body so far, or what was not given to the consumer.
    private var bytes: [UInt8] = []
    /// What arrived and is not inflated yet; at most what was read at once.
    private var compressed: [UInt8] = []
    /// Of a whole body: bytes that were inflated in this turn.
    private var inflatedInTurn = 0
    /// The inflater may have more to give without further input.
    private var hasMore = false
    /// Found while inflating ahead; the chunks before it are consumed first.
    private var failure: InflateError?
    /// A chunk is with the consumer.
    private var consumerIsBusy = false
    /// The next chunk is full.
    private var isFull = false
    /// All bytes of the body arrived.
    private(set) var hasEnded = false

    init(_ delivery: Delivery, coding: ContentCoding?, limit: Int) {
        self.delivery = delivery
        self.limit = limit
        inflater = coding.map { Inflater($0, limit: limit) }
    }

    /// Nothing more is wanted from the client until the consumer is free again.
    var awaitsConsumer: Bool { consumerIsBusy && (isFull || hasEnded) }

    /// There is more to be inflated before anything else is wanted, in the next turn.
    var awaitsTurn: Bool { delivery == .whole && failure == nil && (!compressed.isEmpty || hasMore) }

    /// Bytes of memory that are held.
    var heldBytes: Int { bytes.count + compressed.count }

    // MARK: Events

    /// Bytes of the body arrived.
    ///
    /// - Parameter ahead: bytes that are known to follow, in the same chunk.
    mutating func arrived(_ span: Span<UInt8>, ahead: Int) -> Step? {
        // `ahead` may be near Int.max.
        guard span.count <= limit - received, ahead <= limit - received - span.count else {
            return .fail(.bodyTooLarge)
        }
        received += span.count
        if inflater == nil {
            span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
            return nil
        }
        span.withUnsafeBufferPointer { compressed.append(contentsOf: $0) }
        guard case .whole = delivery else { return nil }
        inflateAll()
        return failure.map { .fail(ServerError($0)) }
    }

    /// It is the turn of this connection again.
    mutating func turnCame() -> Step? {
        inflatedInTurn = 0
        guard awaitsTurn else { return nil }
        inflateAll()
        if let failure { return .fail(ServerError(failure)) }
        return hasEnded && !awaitsTurn ? finish() : nil
    }

    /// What was read at once is used up: the consumer gets what came, if it is free.
    mutating func batchEnded() -> Step? {
        guard case .chunks = delivery else { return nil }
        guard consumerIsBusy else { return nextChunk() }
        prepareChunk()
        return nil
    }

    /// The consumer is done with its chunk.
    mutating func consumed() -> Step? {
        consumerIsBusy = false
        return nextChunk() ?? (hasEnded ? finish() : nil)
    }

    /// The last byte of the body arrived.
    mutating func ended() -> Step? {
        let step = batchEnded()
        if case .fail = step { return step }
        hasEnded = true
        return step ?? (consumerIsBusy || awaitsTurn ? nil : finish())
    }

    // MARK: Chunks

    /// Takes the next chunk for the consumer, and prepares the one after it.
    private mutating func nextChunk() -> Step? {
        prepareChunk()
        guard !bytes.isEmpty else { return failure.map { .fail(ServerError($0)) } }
        var chunk: [UInt8] = []
        swap(&chunk, &bytes)
        consumerIsBusy = true
        prepareChunk()
        return .give(chunk)
    }

    private mutating func finish() -> Step {
        do throws(InflateError) { try inflater?.finish() } catch { return .fail(ServerError(error)) }
        var whole: [UInt8] = []
        swap(&whole, &bytes)
        return .finish(whole)
    }

    /// Inflates what the next chunk can hold.
    private mutating func prepareChunk() {
        guard inflater != nil else {
            isFull = bytes.count >= Self.chunkLimit
            return
        }
        inflateAll()
        isFull = !compressed.isEmpty || hasMore || failure != nil
    }

    private mutating func inflateAll() {
        guard failure == nil else { return }
        do throws(InflateError) { while try inflateOnce() {} } catch { failure = error }
    }

    /// Inflates at most one chunk. False once all that came is inflated, or the chunk or the turn is full.
    private mutating func inflateOnce() throws(InflateError) -> Bool {
        guard let inflater, !compressed.isEmpty || hasMore else { return false }
        let before = bytes.count
        let room = Self.chunkLimit - (delivery == .whole ? inflatedInTurn : before)
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
        inflatedInTurn += bytes.count - before
        hasMore = bytes.count - before == room
        compressed.removeFirst(used)
        return hasMore
    }
}
