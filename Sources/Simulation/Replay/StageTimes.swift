extension ReplayBundle {
    /// How long each role has worked, microseconds.
    struct StageTimes: Hashable, Sendable {
        /// Sum over the instances.
        var attention = 0.0
        var ffn = 0.0
        /// The busier direction of the link, or all of t_C in lock-step.
        var communication = 0.0
        /// Request-microseconds and token-microseconds in slots; the latter of the tokens at the beginning of each stretch.
        var requests = 0.0
        var tokens = 0.0
        /// While anything was in a slot.
        var active = 0.0
        /// Tokens generated here.
        var generated = 0.0

        mutating func add(_ other: StageTimes) {
            attention += other.attention
            ffn += other.ffn
            communication += other.communication
            requests += other.requests
            tokens += other.tokens
            active += other.active
            generated += other.generated
        }
    }
}
