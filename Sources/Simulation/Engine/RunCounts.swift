/// What one run of an engine counted, over its measured part. Times in microseconds.
struct RunCounts: Sendable {
    /// Steps of one microbatch (of all r instances).
    var steps = 0
    /// Requests that those steps moved on by a token.
    var requests = 0
    /// Simulated time.
    var elapsed = 0.0
    /// Busy time of one Attention instance, mean over the r of them.
    var attention = 0.0
    /// The same of the slowest instance: of each step in lock-step, of each round of m microbatches otherwise.
    var slowestAttention = 0.0
    /// Busy time of the FFN.
    var ffn = 0.0
    /// Busy time of the link: in lock-step that of messages under way, with microbatches of the busier direction.
    var communication = 0.0
    /// Time by which steps were longer than they would have been had every instance carried the mean load of the step.
    var barrier = 0.0
    var completions = Completions()
    /// τ of consecutive equal blocks of steps.
    var blocks = BlockMeans()

    /// Adds another run's counts, but not its blocks.
    mutating func merge(_ other: RunCounts) {
        steps += other.steps
        requests += other.requests
        elapsed += other.elapsed
        attention += other.attention
        slowestAttention += other.slowestAttention
        ffn += other.ffn
        communication += other.communication
        barrier += other.barrier
        completions.merge(other.completions)
    }
}

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
