/// What a controller is told of the requests since it was last asked.
public struct ReplayWindow: Hashable, Sendable {
    /// Requests that arrived; and of their lengths Σ P, Σ D, Σ (P D + D(D − 1)/2), Σ (D P² + P D(D − 1) + D(D − 1)(2D − 1)/6),
    /// Σ of uncached prompt tokens and of their squares.
    public var arrivals = 0
    public var prefill = 0.0
    public var decode = 0.0
    public var load = 0.0
    public var loadSquare = 0.0
    public var uncached = 0.0
    public var uncachedSquare = 0.0
    /// Of the counts of arrivals in whole bins of ``binWidth``: how many bins, and Σ of their squares.
    public var bins = 0
    public var binCounts = 0.0
    public var binSquares = 0.0
    /// First tokens, and those that came too late; finished requests, and those whose tokens took too long.
    public var firstTokens = 0
    public var lateFirstTokens = 0
    public var finished = 0
    public var slow = 0

    /// Seconds.
    public static let binWidth = 1.0

    /// Microseconds: where the current bin ends, and its count.
    private var binEnd = ReplayWindow.binWidth * 1e6
    private var inBin = 0

    init() {}

    /// The next window.
    init(after previous: ReplayWindow) {
        binEnd = previous.binEnd
        inBin = previous.inBin
    }

    /// A request of so many tokens arrives at `time`, microseconds.
    mutating func add(prompt: Int, cached: Int, decode generated: Int, at time: Double) {
        arrivals += 1
        let (p, d) = (Double(prompt), Double(generated))
        prefill += p
        decode += d
        let u = Double(prompt - cached)
        uncached += u
        uncachedSquare += u * u
        load += p * d + d * (d - 1) / 2
        loadSquare += d * p * p + p * d * (d - 1) + d * (d - 1) * (2 * d - 1) / 6
        closeBins(before: time)
        inBin += 1
    }

    /// Ends the bins that end before `time`, microseconds.
    mutating func closeBins(before time: Double) {
        guard time >= binEnd else { return }
        let width = Self.binWidth * 1e6
        bins += 1
        binCounts += Double(inBin)
        binSquares += Double(inBin) * Double(inBin)
        inBin = 0
        // Empty ones.
        let empty = ((time - binEnd) / width).rounded(.down)
        bins += Int(min(empty, 1e9))
        binEnd += (empty + 1) * width
    }

    @inline(__always)
    mutating func firstToken(_ time: Double, limit: Double?) {
        firstTokens += 1
        if let limit, time > limit { lateFirstTokens += 1 }
    }

    @inline(__always)
    mutating func perToken(_ time: Double, limit: Double?) {
        finished += 1
        if let limit, time > limit { slow += 1 }
    }

    /// The sums of both windows.
    public mutating func join(_ next: ReplayWindow) {
        arrivals += next.arrivals
        prefill += next.prefill
        decode += next.decode
        load += next.load
        loadSquare += next.loadSquare
        uncached += next.uncached
        uncachedSquare += next.uncachedSquare
        bins += next.bins
        binCounts += next.binCounts
        binSquares += next.binSquares
        firstTokens += next.firstTokens
        lateFirstTokens += next.lateFirstTokens
        finished += next.finished
        slow += next.slow
    }

    /// θ and ν of the requests, tokens; `nil` where there were none.
    public var slotLoad: (mean: Double, deviation: Double)? {
        guard decode > 0 else { return nil }
        let mean = load / decode
        return (mean, max(0, loadSquare / decode - mean * mean).squareRoot())
    }

    /// The index of dispersion of the arrivals; 1 where there are too few bins to tell.
    public var dispersion: Double {
        guard bins >= 10, binCounts > 0 else { return 1 }
        let mean = binCounts / Double(bins)
        return max(0, binSquares / Double(bins) - mean * mean) / mean
    }
}
