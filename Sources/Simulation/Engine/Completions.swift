/// What the requests that finished add up to.
struct Completions: Sendable {
    var requests = 0
    /// Tokens of the finished requests, those of their simulated steps.
    var tokens = 0
    /// Σ of their times per token, microseconds.
    var timePerToken = 0.0
    /// Times per token, microseconds.
    var histogram = LogHistogram()

    /// Counts requests of `tokens` simulated steps together, whose times per token are the first `count` elements.
    mutating func add(_ timesPerToken: [Double], count: Int, tokens: Int) {
        requests += count
        self.tokens += tokens
        for index in 0..<count { timePerToken += timesPerToken[index] }
        histogram.add(timesPerToken, count: count)
    }

    mutating func merge(_ other: Completions) {
        requests += other.requests
        tokens += other.tokens
        timePerToken += other.timePerToken
        histogram.merge(other.histogram)
    }
}
