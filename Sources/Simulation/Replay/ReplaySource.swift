import Sizing

/// Requests in the order of their arrival.
public protocol ReplaySource {
    /// The next request; nil after the last. Arrivals do not go back.
    mutating func next() -> ReplayRequest?

    /// The next `count` requests; fewer where there are no more.
    mutating func block(_ count: Int) -> [ReplayRequest]

    /// Whether ``next()`` has nothing now and may have later.
    var isPaused: Bool { get }
}

extension ReplaySource {
    public mutating func block(_ count: Int) -> [ReplayRequest] {
        var block: [ReplayRequest] = []
        block.reserveCapacity(count)
        while block.count < count, let request = next() { block.append(request) }
        return block
    }

    public var isPaused: Bool { false }
}

/// Requests that come in blocks, from one who reads them for several.
struct ReplayFeed: ReplaySource {
    private var block: [ReplayRequest] = []
    private var position = 0
    private var isLast = false

    var isPaused: Bool { !isLast && position == block.count }

    /// The next block, when the one before is used up.
    mutating func take(_ block: [ReplayRequest], isLast: Bool) {
        self.block = block
        self.isLast = isLast
        position = 0
    }

    @inline(__always)
    mutating func next() -> ReplayRequest? {
        guard position < block.count else { return nil }
        defer { position += 1 }
        return block[position]
    }
}

/// Requests of a trace.
public struct ReplayColumns: ReplaySource, Sendable {
    private enum Rows {
        case plain([TimedRequest])
        case packed(PackedRequests.Reader)
    }

    private var rows: Rows
    private let speed: Double
    private let cachedFraction: Double
    /// The first arrival, from which time is counted, and the last one.
    private let origin: Double
    private let last: Double
    private var position = 0
    public let count: Int

    /// - Parameters:
    ///   - requests: by arrival; lengths of 0 and more, answers of 1 and more.
    ///   - speed: how much faster than it was the trace is replayed; positive.
    ///   - cachedFraction: part of a prompt that is cached where the request does not say, 0…1.
    ///   - origin: the arrival from which time is counted, none above it; `nil` for the first one.
    public init(_ requests: [TimedRequest], speed: Double = 1, cachedFraction: Double = 0, origin: Double? = nil) {
        rows = .plain(requests)
        count = requests.count
        self.speed = speed
        self.cachedFraction = cachedFraction
        self.origin = origin ?? requests.first?.arrival ?? 0
        last = requests.last?.arrival ?? self.origin
    }

    /// - Parameters:
    ///   - requests: by arrival; lengths of 0 and more, answers of 1 and more.
    ///   - speed: how much faster than it was the trace is replayed; positive.
    ///   - cachedFraction: part of a prompt that is cached where the request does not say, 0…1.
    public init(_ requests: PackedRequests, speed: Double = 1, cachedFraction: Double = 0) {
        rows = .packed(requests.reader)
        count = requests.count
        self.speed = speed
        self.cachedFraction = cachedFraction
        origin = requests.first ?? 0
        last = requests.lastArrival ?? origin
    }

    /// - Parameters:
    ///   - decode: tokens of the answers.
    ///   - arrival: seconds, not falling, 0 or more.
    ///   - prefill: tokens, as many, as in `decode`.
    ///   - cached: tokens; empty for none.
    ///   - speed: how much faster than it was the trace is replayed; positive.
    public init(arrival: [Double], prefill: [Int32], decode: [Int32], cached: [Int32] = [], speed: Double = 1) {
        self.init(
            arrival.indices.map { index in
                TimedRequest(
                    arrival: arrival[index], prefill: prefill[index], decode: decode[index],
                    cached: cached.isEmpty ? 0 : cached[index])
            }, speed: speed, origin: 0)
    }

    /// When the last one arrives, seconds.
    public var duration: Double { (last - origin) / speed }

    public mutating func next() -> ReplayRequest? {
        guard let request = nextRow() else { return nil }
        let prefill = Int(request.prefill)
        return ReplayRequest(
            arrival: (request.arrival - origin) / speed, prefill: prefill, decode: Int(request.decode),
            cached: request.cached < 0 ? Int(Double(prefill) * cachedFraction) : Int(request.cached))
    }

    private mutating func nextRow() -> TimedRequest? {
        switch rows {
        case .plain(let requests):
            guard position < requests.count else { return nil }
            defer { position += 1 }
            return requests[position]
        case .packed(var reader):
            // Reads what nobody changes: the copy is of two numbers and a reference.
            let request = reader.next()
            rows = .packed(reader)
            return request
        }
    }
}
