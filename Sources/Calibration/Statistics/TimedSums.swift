import SizingNumerics

/// Sums over requests, and over those of each block of time.
///
/// Most requests arrive in the block of the one before. Such a stretch is added to its block as a whole: its sums are what the sums over
/// all requests grew by, so that a request is added up once.
struct TimedSums: Sendable {
    /// Of all requests, with a time or without.
    private(set) var requests = RequestSums()
    private var blocks = RequestBlocks()
    /// The block that the open stretch is of; empty where none is open.
    private var times = 0..<0
    /// The sums before the open stretch.
    private var before = RequestSums()

    /// The blocks of all requests so far.
    var gathered: RequestBlocks {
        var copy = self
        copy.settle()
        return copy.blocks
    }

    /// Adds a request with P in 0…1e9 and D in 1…1e9 of which no time is known.
    @inline(__always)
    mutating func add(prefill: Int, decode: Int) {
        if !times.isEmpty { settle() }
        requests.add(prefill: prefill, decode: decode)
    }

    /// Adds a request with P in 0…1e9 and D in 1…1e9 that arrived at `time`, microseconds, −9e15…9e15.
    @inline(always)
    mutating func add(prefill: Int, decode: Int, at time: Int) {
        if !(times ~= time) || (prefill | decode) >> RequestSums.longestSince != 0 { turn(prefill, decode, time) }
        requests.add(prefill: prefill, decode: decode)
    }

    /// Begins another stretch, or adds a request of which none can be told to its block.
    private mutating func turn(_ prefill: Int, _ decode: Int, _ time: Int) {
        settle()
        guard (prefill | decode) >> RequestSums.longestSince == 0 else {
            return blocks.add(prefill: prefill, decode: decode, at: time)
        }
        times = blocks.times(around: time)
        before = requests
    }

    /// Adds the open stretch to its block, which may have become part of a longer one.
    private mutating func settle() {
        guard !times.isEmpty else { return }
        let (count, sums) = requests.since(before)
        blocks.add(count, sums, at: times.lowerBound)
        times = 0..<0
    }
}
