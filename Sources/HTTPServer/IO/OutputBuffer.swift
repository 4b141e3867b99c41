/// Bytes on their way to the client: small pieces gathered in one array, large bodies referred to without a copy.
struct OutputBuffer {
    /// Bodies up to this length are copied behind their header section, so that both go out in one call.
    static let copyLimit = 16 * 1024

    private struct Segment {
        var bytes: [UInt8]
        var constant: StaticBytes?
        /// Whether more may be appended to `bytes`.
        var isOpen: Bool
        /// Others have the same bytes: they take no memory here.
        var isShared = false

        var heldBytes: Int { isShared ? 0 : bytes.count }
    }

    /// What is sent first.
    private var first: [UInt8] = []
    /// What follows `first`; only where there are large bodies.
    private var rest: [Segment] = []
    /// How much of the first piece was sent.
    private var sent = 0
    /// Bytes that are still to be sent.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Bytes of memory that are held for what is still to be sent.
    var heldBytes: Int {
        guard count > 0 else { return 0 }
        return rest.reduce(first.count) { $0 + $1.heldBytes }
    }

    /// Appends whatever `body` appends to the array it is given. It must only append.
    mutating func write(_ body: (inout [UInt8]) -> Void) {
        if rest.isEmpty {
            let before = first.count
            body(&first)
            count += first.count - before
            return
        }
        if !rest[rest.count - 1].isOpen { rest.append(Segment(bytes: [], constant: nil, isOpen: true)) }
        let before = rest[rest.count - 1].bytes.count
        body(&rest[rest.count - 1].bytes)
        count += rest[rest.count - 1].bytes.count - before
    }

    /// - Parameter isShared: others hold the body too.
    mutating func append(_ body: ResponseBody, isShared: Bool = false) {
        guard body.count > 0 else { return }
        if body.count <= Self.copyLimit {
            write { out in
                body.withSpan { span in
                    span.withUnsafeBufferPointer { out.append(contentsOf: $0) }
                }
            }
            return
        }
        count += body.count
        switch body {
        case .empty: break
        case .bytes(let bytes): rest.append(Segment(bytes: bytes, constant: nil, isOpen: false, isShared: isShared))
        case .constant(let bytes): rest.append(Segment(bytes: [], constant: bytes, isOpen: false))
        }
    }

    /// Calls `body` with the bytes to be sent next, as far as they lie in one piece. Not called when empty.
    func withNext<R, E>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R) throws(E) -> R? {
        guard count > 0 else { return nil }
        if sent < first.count || rest.isEmpty {
            return try first.withUnsafeBufferPointer { bytes throws(E) in
                try body(UnsafeBufferPointer(rebasing: bytes[sent...]))
            }
        }
        let offset = sent - first.count
        if let constant = rest[0].constant {
            return try body(UnsafeBufferPointer(rebasing: constant.pointer[offset...]))
        }
        return try rest[0].bytes.withUnsafeBufferPointer { bytes throws(E) in
            try body(UnsafeBufferPointer(rebasing: bytes[offset...]))
        }
    }

    /// The first `number` bytes were sent.
    mutating func consume(_ number: Int) {
        precondition(number >= 0 && number <= count, "more was sent than there is")
        count -= number
        sent += number
        if count == 0 {
            first.removeAll(keepingCapacity: true)
            rest.removeAll()
            sent = 0
            return
        }
        while !rest.isEmpty, sent >= first.count {
            let length = rest[0].constant?.count ?? rest[0].bytes.count
            guard sent - first.count >= length, length > 0 || rest.count > 1 else { return }
            sent -= length
            rest.removeFirst()
        }
    }

    /// Exchanges the storage of an empty buffer with a pool, so that idle connections hold none.
    mutating func release(to pool: BufferPool) {
        guard count == 0, first.capacity > 0 else { return }
        pool.give(&first)
    }

    mutating func acquire(from pool: BufferPool) {
        guard count == 0, first.capacity == 0 else { return }
        first = pool.take()
    }
}

/// Empty arrays with capacity, kept for the connections of a loop. Confined to one loop.
final class BufferPool {
    private var free: [[UInt8]] = []
    private let capacity: Int
    private let largest: Int

    /// - Parameters:
    ///   - capacity: how many arrays are kept.
    ///   - largest: capacity in bytes beyond which an array is freed rather than kept.
    init(capacity: Int = 64, largest: Int = 64 * 1024) {
        self.capacity = capacity
        self.largest = largest
        free.reserveCapacity(capacity)
    }

    func take() -> [UInt8] {
        if let buffer = free.popLast() { return buffer }
        var buffer: [UInt8] = []
        buffer.reserveCapacity(1024)
        return buffer
    }

    /// Takes the array and leaves an empty one without storage.
    func give(_ buffer: inout [UInt8]) {
        var taken: [UInt8] = []
        swap(&taken, &buffer)
        guard free.count < capacity, taken.capacity <= largest else { return }
        taken.removeAll(keepingCapacity: true)
        free.append(taken)
    }
}
