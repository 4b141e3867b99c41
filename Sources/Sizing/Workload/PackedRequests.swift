/// A request of a trace: when it arrived, and its lengths. Compact, since a trace has millions.
public struct TimedRequest: Hashable, Sendable {
    /// Seconds from some moment of the trace.
    public var arrival: Double
    /// P and D, tokens.
    public var prefill: Int32
    public var decode: Int32
    /// h, tokens of the prompt that are cached; negative where the trace does not say.
    public var cached: Int32
    /// Its place in the trace, which decides between equal arrivals.
    public var order: UInt32

    public init(arrival: Double, prefill: Int32, decode: Int32, cached: Int32 = -1, order: UInt32 = 0) {
        self.arrival = arrival
        self.prefill = prefill
        self.decode = decode
        self.cached = cached
        self.order = order
    }

    /// Whether this one comes before `other`.
    public func comesBefore(_ other: TimedRequest) -> Bool {
        arrival < other.arrival || (arrival == other.arrival && order < other.order)
    }
}

/// Requests with their times, one after another, in some eight bytes each: a day of a trace has millions, and a replay reads them in their
/// order.
///
/// A row is what its time differs from that of the row before, in microseconds (zigzag: it may go back), and its lengths; each number is
/// in groups of seven bits, the least first (LEB128). Rows lie in chunks, so that nothing is moved when there are more.
public struct PackedRequests: Hashable, Sendable {
    private static let chunkRows = 8192

    private var chunks: [[UInt8]] = []
    private var rowsInChunk = Self.chunkRows
    private var last = 0
    private var firstMicroseconds: Int?

    public private(set) var count = 0

    public init() {}

    public init(_ requests: [TimedRequest]) {
        for request in requests { append(request) }
    }

    public var isEmpty: Bool { count == 0 }

    /// When the first and the last one arrive, seconds; nil where there is none.
    public var first: Double? { firstMicroseconds.map { Double($0) / 1e6 } }
    public var lastArrival: Double? { isEmpty ? nil : Double(last) / 1e6 }

    /// Bytes that are held.
    public var memory: Int { chunks.reduce(0) { $0 + $1.capacity } }

    /// Adds a request behind the others; its time is kept to the microsecond, its place in the trace is not.
    ///
    /// - Parameter request: with an arrival of less than 10⁹ seconds either way.
    public mutating func append(_ request: TimedRequest) {
        let time = Int((max(-1e9, min(1e9, request.arrival)) * 1e6).rounded())
        if firstMicroseconds == nil { firstMicroseconds = time }
        if rowsInChunk == Self.chunkRows {
            rowsInChunk = 0
            var chunk: [UInt8] = []
            chunk.reserveCapacity(chunks.last.map { $0.count + $0.count / 16 } ?? 0)
            chunks.append(chunk)
        }
        rowsInChunk += 1
        count += 1
        let change = time - last
        last = time
        let place = chunks.count - 1
        Self.write(UInt64(bitPattern: Int64((change << 1) ^ (change >> 63))), to: &chunks[place])
        Self.write(UInt64(UInt32(bitPattern: request.prefill)), to: &chunks[place])
        Self.write(UInt64(UInt32(bitPattern: request.decode)), to: &chunks[place])
        // Unknown is 0.
        Self.write(UInt64(max(0, Int64(request.cached) + 1)), to: &chunks[place])
    }

    @inline(__always)
    private static func write(_ value: UInt64, to bytes: inout [UInt8]) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    /// Reads requests in their order.
    public struct Reader: Sendable {
        private let chunks: [[UInt8]]
        private var chunk = 0
        private var position = 0
        private var time = 0
        private var number: UInt32 = 0

        init(_ requests: PackedRequests) { chunks = requests.chunks }

        /// The next one; nil after the last. Its order is its place.
        public mutating func next() -> TimedRequest? {
            while chunk < chunks.count, position == chunks[chunk].count {
                chunk += 1
                position = 0
            }
            guard chunk < chunks.count else { return nil }
            let zigzag = read()
            time += Int(Int64(bitPattern: (zigzag >> 1) ^ (0 &- (zigzag & 1))))
            let prefill = Int32(truncatingIfNeeded: read())
            let decode = Int32(truncatingIfNeeded: read())
            let cached = Int32(clamping: Int64(read()) - 1)
            defer { number &+= 1 }
            return TimedRequest(
                arrival: Double(time) / 1e6, prefill: prefill, decode: decode, cached: cached, order: number)
        }

        @inline(__always)
        private mutating func read() -> UInt64 {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while true {
                let byte = chunks[chunk][position]
                position += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
        }
    }

    public var reader: Reader { Reader(self) }
}
