/// Token buckets, one per client, in bounded memory.
///
/// Each bucket is one number (the generic cell rate algorithm, ITU-T I.371): the time at which it would be full again.
/// A request is let through if that time, one emission interval later, lies at most a burst ahead of now.
///
/// The table has a fixed number of sets of four buckets. A client's set follows from a hash with a random key, so an
/// attacker cannot choose whose bucket to push out. When a set is full, a bucket that is full again is replaced, which
/// loses nothing; only if none is, the one that comes closest. Thus memory is fixed, and each decision takes the same few steps.
public struct RateLimiter: Sendable {
    /// A client, as far as the limiter is concerned.
    struct Key: Sendable, Hashable {
        private let high: UInt64
        private let low: UInt64

        /// An IPv4 address, or the first 64 bits of an IPv6 address: one customer usually holds all that follow.
        init(_ peer: PeerAddress) {
            let isIPv4 = peer.high == 0 && peer.low >> 32 == 0xFFFF
            high = peer.high
            low = isIPv4 ? peer.low : 0
        }

        /// The holder of a token, from wherever the requests come.
        init(_ token: TokenDigest) {
            var hasher = Hasher()
            hasher.combine(token)
            high = .max
            low = UInt64(bitPattern: Int64(hasher.finalize()))
        }
    }

    enum Decision: Sendable, Equatable {
        case allowed
        /// Not before so many nanoseconds from now.
        case denied(wait: UInt64)
    }

    private struct Bucket {
        var fingerprint: UInt64 = 0
        /// When the bucket is full again, in nanoseconds.
        var fullAt: UInt64 = 0
    }

    private static let ways = 4
    private var buckets: [Bucket]
    private let setMask: UInt64
    /// Nanoseconds for one request to be paid back.
    private let interval: UInt64
    /// Nanoseconds that a client may be ahead.
    private let tolerance: UInt64

    /// - Parameters:
    ///   - rate: requests per second that each client may make for ever; from 0.001 to a million, else the nearest.
    ///   - burst: requests that it may make at once after a pause; from 1 to a million, else the nearest.
    ///   - clients: how many clients are told apart, rounded up to a power of two; each takes 16 bytes.
    public init(rate: Double, burst: Int, clients: Int = 16_384) {
        let rate = rate.isFinite ? min(max(rate, 1e-3), 1e6) : 1e6
        interval = UInt64(1e9 / rate)
        tolerance = interval * UInt64(min(max(burst, 1), 1_000_000) - 1)
        var sets = 1
        while sets * Self.ways < min(max(clients, 1), 1 << 24) { sets *= 2 }
        buckets = Array(repeating: Bucket(), count: sets * Self.ways)
        setMask = UInt64(sets - 1)
    }

    /// A client asks for one request at `now`, the time of a monotonic clock in nanoseconds.
    mutating func take(_ key: Key, now: UInt64) -> Decision {
        // Swift's hash is SipHash with a key drawn at the start of the process.
        var hasher = Hasher()
        hasher.combine(key)
        let hash = UInt64(bitPattern: Int64(hasher.finalize()))
        let index = bucket(for: hash, now: now)
        let fullAt = max(buckets[index].fullAt, now)
        guard fullAt - now <= tolerance else {
            return .denied(wait: fullAt - now - tolerance)
        }
        buckets[index].fullAt = fullAt + interval
        return .allowed
    }

    /// The client's bucket, or a fresh one in place of the least useful of its set.
    private mutating func bucket(for hash: UInt64, now: UInt64) -> Int {
        let first = Int(hash & setMask) * Self.ways
        let fingerprint = hash | 1  // 0 marks a bucket that was never used.
        var oldest = first
        for index in first..<(first + Self.ways) {
            if buckets[index].fingerprint == fingerprint { return index }
            if buckets[index].fullAt < buckets[oldest].fullAt { oldest = index }
        }
        buckets[oldest] = Bucket(fingerprint: fingerprint, fullAt: 0)
        return oldest
    }
}
