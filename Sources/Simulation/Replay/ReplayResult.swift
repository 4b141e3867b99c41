import SizingNumerics

/// Times of requests, microseconds.
public struct ReplayTimes: Hashable, Sendable {
    public let mean: Estimate
    public let p50: Double
    public let p90: Double
    public let p95: Double
    public let p99: Double

    /// `nil` where there were none.
    ///
    /// - Parameter parts: of each run.
    init?(_ parts: [TimeMeasure]) {
        var all = TimeMeasure()
        for part in parts { all.merge(part) }
        let histogram = all.histogram
        guard let p50 = histogram.quantile(0.5), let p90 = histogram.quantile(0.9),
            let p95 = histogram.quantile(0.95), let p99 = histogram.quantile(0.99)
        else { return nil }
        let mean = all.sum / Double(histogram.total)
        let counted = parts.filter { $0.histogram.total > 0 }
        self.mean =
            counted.count > 1
            ? Estimate(mean, parts: counted.map { $0.sum / Double($0.histogram.total) })
            : Estimate(mean, batches: counted[0].blocks.batches(16))
        self.p50 = p50
        self.p90 = p90
        self.p95 = p95
        self.p99 = p99
    }
}

/// One pool over the whole replay.
public struct ReplayPool: Hashable, Sendable {
    /// Part of the time of its instances that they worked, 0…1; `nil` where there was no time.
    public let utilisation: Double?
    /// Instances that served.
    public let mean: Double
    public let least: Int
    public let most: Int
    /// Instance-hours that were held: of those that served, and of those that were starting.
    public let hours: Double

    init(busy: Double, _ meters: [PoolMeter], duration: Double) {
        let present = meters.reduce(0) { $0 + $1.presentTime }
        let starting = meters.reduce(0) { $0 + $1.startingTime }
        utilisation = present > 0 ? min(1, busy / present) : nil
        mean = duration > 0 ? present / duration : Double(meters[0].present)
        least = meters.map(\.least).min() ?? 0
        most = meters.map(\.most).max() ?? 0
        hours = (present + starting) / 3.6e9 / Double(meters.count)
    }
}

/// What one policy came to: of a trace one replay, of a process the sum of several; hours, events and the like are those of one in
/// the mean.
public struct ReplayOutcome: Sendable {
    public let name: String
    /// Of all runs.
    public let arrived: Int
    public let completed: Int
    public let abandoned: Int
    public let rejected: Int
    /// Seconds until the last request had left, of one run.
    public let duration: Double
    /// Part of all requests that kept all limits.
    public let goodFraction: Estimate?
    /// The same as requests a second.
    public let goodRate: Double
    /// Parts of all requests that broke each limit; `nil` where there is none.
    public let lateFirstToken: Double?
    public let slowTokens: Double?
    public let longWait: Double?
    /// Tokens generated a second.
    public let throughput: Double
    public let firstToken: ReplayTimes?
    public let perToken: ReplayTimes?
    public let endToEnd: ReplayTimes?
    public let wait: ReplayTimes?
    public let prefillWait: ReplayTimes?
    public let prefill: ReplayPool?
    public let attention: ReplayPool
    public let ffn: ReplayPool
    /// Part of the time that the link from prefill to decoding was busy; `nil` where there is none.
    public let transferUtilisation: Double?
    /// Most requests that ever waited for a slot, and for a prefill instance.
    public let peakWaiting: Int
    public let peakWaitingForPrefill: Int
    public let scaleEvents: Double
    public let reversals: Double
    /// Of the first run.
    public let series: [ReplayPoint]
    /// Events of the engine, for diagnosis.
    let events: Int

    init(_ name: String, runs: [ReplayRun], limits: ReplayLimits, hasService: Bool, hasTransfer: Bool) {
        self.name = name
        let count = Double(runs.count)
        let measures = runs.map(\.measures)
        func sum(_ path: KeyPath<ReplayMeasures, Int>) -> Int { measures.reduce(0) { $0 + $1[keyPath: path] } }
        let (arrived, completed, good) = (sum(\.arrived), sum(\.completed), sum(\.good))
        self.arrived = arrived
        self.completed = completed
        abandoned = sum(\.abandonedCount)
        rejected = sum(\.rejectedCount)
        let time = runs.reduce(0) { $0 + $1.duration }
        let seconds = time / 1e6
        duration = seconds / count
        func rate(_ number: Int) -> Double { seconds > 0 ? Double(number) / seconds : 0 }
        goodRate = rate(good)
        throughput = rate(sum(\.generated))
        func part(_ number: Int) -> Double { arrived > 0 ? Double(number) / Double(arrived) : 0 }
        let fractions = measures.filter { $0.arrived > 0 }.map { Double($0.good) / Double($0.arrived) }
        goodFraction =
            arrived == 0
            ? nil
            : Self.cut(
                fractions.count > 1
                    ? Estimate(part(good), parts: fractions)
                    : Estimate(part(good), batches: measures.first { $0.arrived > 0 }?.goodBlocks.batches(16) ?? []))
        lateFirstToken = limits.timeToFirstToken.map { _ in part(sum(\.missed.timeToFirstToken)) }
        slowTokens = limits.timePerToken.map { _ in part(sum(\.missed.timePerToken)) }
        longWait = limits.wait.map { _ in part(sum(\.missed.wait)) }
        firstToken = ReplayTimes(measures.map(\.firstTokens))
        perToken = ReplayTimes(measures.map(\.perToken))
        endToEnd = ReplayTimes(measures.map(\.endToEnd))
        wait = ReplayTimes(measures.map(\.waits))
        prefillWait = ReplayTimes(measures.map(\.prefillWaits))
        prefill =
            hasService
            ? ReplayPool(
                busy: runs.reduce(0) { $0 + $1.prefillBusy }, runs.map(\.meters.prefill), duration: time) : nil
        attention = ReplayPool(
            busy: runs.reduce(0) { $0 + $1.stages.attention }, runs.map(\.meters.attention), duration: time)
        ffn = ReplayPool(busy: runs.reduce(0) { $0 + $1.stages.ffn }, runs.map(\.meters.ffn), duration: time)
        transferUtilisation = hasTransfer && time > 0 ? min(1, runs.reduce(0) { $0 + $1.linkBusy } / time) : nil
        peakWaiting = measures.map(\.peakWaiting).max() ?? 0
        peakWaitingForPrefill = runs.map(\.peakWaitingForPrefill).max() ?? 0
        scaleEvents = Double(runs.reduce(0) { $0 + $1.scaleEvents }) / count
        reversals = Double(runs.reduce(0) { $0 + $1.reversals }) / count
        series = runs.first.map { $0.measures.series.points } ?? []
        events = runs.reduce(0) { $0 + $1.events }
    }

    /// A fraction's interval within 0…1.
    private static func cut(_ estimate: Estimate) -> Estimate {
        guard let interval = estimate.interval else { return estimate }
        return Estimate(
            estimate.value, standardError: estimate.standardError,
            interval: max(0, interval.lowerBound)...max(0, min(1, interval.upperBound)))
    }
}

/// A part of the time of a replay.
public struct ReplayPoint: Hashable, Sendable {
    /// When it begins, and how long it is, seconds.
    public let time: Double
    public let width: Double
    public let arrivals: Int
    public let prefillInstances: Int
    public let attentionInstances: Int
    public let ffnInstances: Int
    /// For a slot, and for a prefill instance.
    public let waiting: Int
    public let waitingForPrefill: Int
    public let inSlots: Int
    /// Microseconds; `nil` where there was none.
    public let firstToken90: Double?
    public let perToken99: Double?
}

extension ReplaySeries {
    var points: [ReplayPoint] {
        parts.enumerated().map { index, part in
            ReplayPoint(
                time: Double(index) * width / 1e6, width: width / 1e6, arrivals: part.arrivals,
                prefillInstances: part.gauges.prefillInstances, attentionInstances: part.gauges.attentionInstances,
                ffnInstances: part.gauges.ffnInstances, waiting: part.gauges.waiting,
                waitingForPrefill: part.gauges.waitingForPrefill, inSlots: part.gauges.inSlots,
                firstToken90: part.firstTokens.quantile(0.9), perToken99: part.perToken.quantile(0.99))
        }
    }
}

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
