/// Reads requests from bytes that come in any split: a pure state machine, without I/O, clock or callbacks.
///
/// Every byte is looked at in order and the first that breaks a rule ends the parse, so the same bytes give the same
/// events and the same error however they were cut. Limits are enforced while scanning. It is strict: lines end with
/// CRLF only, whitespace stands only where the grammar has it, and framing that two recipients might read differently
/// is refused (RFC 9112, sections 2.2, 5.1, 6 and 11.2).
struct RequestParser {
    /// What the next bytes mean.
    enum Event: Equatable {
        /// All input is used up, and more is needed.
        case needMore
        /// The header section is complete; take it with ``takeHead()``.
        case head
        /// A part of the body: a range of the input.
        case body(Range<Int>)
        /// The request is complete. The next event belongs to the next request.
        case end
        case failed(ParseError)
    }

    enum State: Equatable {
        /// Before the first byte of a request; empty lines are skipped.
        case idle
        /// The CR of an empty line was seen.
        case idleLineFeed

        // The header section; scanned in its storage by RequestParser+Head.
        case method
        case target
        /// That many bytes of `HTTP/d.d` were seen.
        case version(Int)
        case requestLineFeed
        case fieldStart
        case fieldName
        case fieldValue
        case fieldLineFeed
        case headLineFeed

        /// The body; see RequestParser+Body.
        case bodyStart
        case fixedBody
        case chunk(ChunkState)
        case end
        case failed(ParseError)
    }

    let limits: ServerLimits
    let pool: HeadPool
    var state = State.idle

    /// The header section being read or just read.
    var head: HeadStorage?
    /// The first byte of `head` that has not been scanned.
    var cursor = 0
    /// Where the current element (method, target, name, value) begins.
    var mark = 0
    /// Where the first field line begins.
    var fieldsStart = 0
    /// The name of the field line being read.
    var name = HeadStorage.Slice.empty
    var framing = FramingFields()
    var emptyLines = 0

    /// Bytes left of a fixed-length body or of the current chunk.
    var remaining = 0
    var chunks = ChunkCounters()

    /// Empty lines that are skipped before a request (RFC 9112, section 2.2 asks for at least one).
    static let maximumEmptyLines = 8
    /// How much of the input is copied into the header section before it is scanned.
    private static let step = 1024

    init(limits: ServerLimits, pool: HeadPool) {
        self.limits = limits
        self.pool = pool
    }

    /// Whether nothing of a next request has been seen but empty lines.
    var isBetweenRequests: Bool { state == .idle || state == .idleLineFeed }

    /// The next event of `input` from `position` on, which is moved past the bytes that were used.
    mutating func next(_ input: Span<UInt8>, _ position: inout Int) -> Event {
        while true {
            switch state {
            case .idle, .idleLineFeed:
                guard skipEmptyLines(input, &position) else { return failureOrMore() }
            case .method, .target, .version, .requestLineFeed, .fieldStart, .fieldName, .fieldValue, .fieldLineFeed,
                .headLineFeed:
                guard position < input.count else { return .needMore }
                if let event = readHead(input, &position) { return event }
            case .bodyStart:
                startBody()
            case .fixedBody:
                return takeBody(input, &position)
            case .chunk(let chunk):
                if let event = readChunked(chunk, input, &position) { return event }
            case .end:
                state = .idle
                return .end
            case .failed(let error):
                return .failed(error)
            }
        }
    }

    /// The header section, after ``Event/head``. The caller gives it back to the pool when the request is over.
    mutating func takeHead() -> HeadStorage? {
        defer { head = nil }
        return head
    }

    /// What the end of the stream means at this point: nil between requests, else the error.
    mutating func finish() -> ParseError? {
        switch state {
        case .idle, .idleLineFeed, .end: return nil
        case .failed(let error): return error
        default:
            state = .failed(.incompleteMessage)
            return .incompleteMessage
        }
    }

    private func failureOrMore() -> Event {
        if case .failed(let error) = state { .failed(error) } else { .needMore }
    }

    /// Skips empty lines and starts a header section. False if the input ended or is wrong.
    private mutating func skipEmptyLines(_ input: Span<UInt8>, _ position: inout Int) -> Bool {
        while position < input.count {
            let byte = input[position]
            if state == .idleLineFeed {
                guard byte == .lineFeed else {
                    state = .failed(.malformedRequestLine)
                    return false
                }
                state = .idle
                position += 1
            } else if byte == .carriageReturn {
                emptyLines += 1
                guard emptyLines <= Self.maximumEmptyLines else {
                    state = .failed(.tooManyEmptyLines)
                    return false
                }
                state = .idleLineFeed
                position += 1
            } else {
                state = .method
                emptyLines = 0
                head = pool.take()
                cursor = 0
                mark = 0
                framing = FramingFields()
                return true
            }
        }
        return false
    }

    /// Copies input into the header section, a step at a time, and scans it there.
    private mutating func readHead(_ input: Span<UInt8>, _ position: inout Int) -> Event? {
        guard let storage = head else {
            state = .failed(.malformedRequestLine)
            return nil
        }
        let length = min(Self.step, input.count - position)
        input.extracting(position..<(position + length)).withUnsafeBufferPointer {
            storage.bytes.append(contentsOf: $0)
        }
        let before = cursor
        storage.bytes.withUnsafeBufferPointer { scanHead($0.span, storage) }
        position += cursor - before
        switch state {
        case .bodyStart:
            storage.bytes.removeLast(storage.bytes.count - cursor)
            return .head
        case .failed(let error):
            return .failed(error)
        default:
            return nil
        }
    }

    /// Decides from the framing how the body is read.
    private mutating func startBody() {
        switch framing.body {
        case .none, .length(0):
            state = .end
        case .length(let length):
            remaining = length
            state = .fixedBody
        case .chunked:
            chunks = ChunkCounters()
            state = .chunk(.sizeStart)
        }
    }

    private mutating func takeBody(_ input: Span<UInt8>, _ position: inout Int) -> Event {
        let count = min(remaining, input.count - position)
        guard count > 0 else { return .needMore }
        let start = position
        position += count
        remaining -= count
        if remaining == 0 { state = .end }
        return .body(start..<position)
    }
}

/// Header sections that are not in use, kept for the next requests of a loop, so that a request in steady state
/// allocates none. Confined to one loop.
final class HeadPool {
    private var free: [HeadStorage] = []
    private let capacity: Int

    /// - Parameter capacity: how many are kept; further ones are freed.
    init(capacity: Int = 64) {
        self.capacity = capacity
        free.reserveCapacity(capacity)
    }

    func take() -> HeadStorage { free.popLast() ?? HeadStorage() }

    /// Gives a header section back and leaves nil. One that somebody else still refers to is left to them, since a
    /// ``RequestHead`` never changes.
    func give(_ storage: inout HeadStorage?) {
        defer { storage = nil }
        guard free.count < capacity, isKnownUniquelyReferenced(&storage), let known = storage,
            known.bytes.capacity <= 32 * 1024
        else { return }
        known.reset()
        free.append(known)
    }
}
