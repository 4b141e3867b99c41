/// The three kinds of instances.
struct PoolMeters: Hashable, Sendable {
    var prefill: PoolMeter
    var attention: PoolMeter
    var ffn: PoolMeter

    mutating func count(until time: Double) {
        prefill.count(until: time)
        attention.count(until: time)
        ffn.count(until: time)
    }
}

/// What one replay under one policy came to.
struct ReplayRun: Sendable {
    var measures: ReplayMeasures
    var meters: PoolMeters
    /// Until the last request had left, microseconds.
    var duration: Double
    var events: Int
    /// Requests that were left; 0 unless no instance ever took them.
    var present: Int
    /// Most that were there at once.
    var mostPresent: Int
    var stages: ReplayBundle.StageTimes
    var prefillBusy: Double
    var peakWaitingForPrefill: Int
    var linkBusy: Double
    var scaleEvents: Int
    var reversals: Int
}
