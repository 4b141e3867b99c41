/// A deployment that takes requests: what is there at the beginning, and how it changes.
public struct ReplayDeployment: Sendable {
    public var shape: ReplayBundleShape
    /// At the beginning.
    public var bundles: Int
    /// At the beginning; without ``service`` it counts nothing.
    public var prefillInstances: Int
    /// `nil` where only decoding is replayed.
    public var service: ReplayService?
    public var routing: ReplayRouting
    /// Whether single Attention instances come and go, the bundles staying.
    public var scalesInstances: Bool
    /// How long an instance takes until it serves, seconds.
    public var startDelay: Double
    /// How long from its arrival on a client waits, seconds; it leaves when its turn comes later.
    public var patience: Double
    /// Most requests that wait at the entrance: a request that finds so many is rejected.
    public var queueLimit: Int

    public init(
        shape: ReplayBundleShape, bundles: Int, prefillInstances: Int = 0, service: ReplayService? = nil,
        routing: ReplayRouting = .leastLoaded, scalesInstances: Bool = false, startDelay: Double = 180,
        patience: Double = .infinity, queueLimit: Int = .max
    ) {
        self.shape = shape
        self.bundles = bundles
        self.prefillInstances = prefillInstances
        self.service = service
        self.routing = routing
        self.scalesInstances = scalesInstances
        self.startDelay = startDelay
        self.patience = patience
        self.queueLimit = queueLimit
    }

    /// Sizes at the beginning.
    public var sizes: PoolSizes {
        PoolSizes(
            prefill: service == nil ? 0 : prefillInstances,
            decode: scalesInstances ? bundles * shape.attentionInstances : bundles)
    }
}

/// Requests through a deployment, one after another: prefill pool, link, bundles (model section 10).
///
/// Exact in steps; its cost is that of events. What happens at one time happens in this order: instances that were started
/// are ready, requests arrive, prompts are done, caches arrive, steps end, the policy is asked.
struct ReplayEngine<Source: ReplaySource> {
    /// Events between two looks at the control.
    private static var interval: Int { 4096 }

    private let deployment: ReplayDeployment
    private let bounds: PoolBounds
    private var policy: any ReplayPolicy
    var source: Source
    private let startDelay: Double
    private var upcoming: ReplayRequest?
    /// Whether none comes any more.
    private var hasEnded = false
    private var table = RequestTable()
    private var measures: ReplayMeasures
    private var prefill: PrefillPool
    private let hasPrefill: Bool
    /// Kept apart: the service would be copied with the deployment for each request.
    private let transfer: (@Sendable (Int, Double) -> ReplayService.Transfer)?
    private var decode: DecodePool
    /// Caches on their way, by the time of their arrival.
    private var transit = EventHeap<Arrival>()
    private var linkFree = 0.0
    private var linkBusy = 0.0
    private var prefillScale: PoolScale
    private var decodeScale: PoolScale
    private var meters: PoolMeters
    private var time = 0.0
    private var observed = Observed()
    private let decodeRule: ReplayBundle.Admission
    private let mostPresent: Int
    private var events = 0
    private var reported = 0
    /// When the policy wants to be asked next, microseconds.
    private var tick: Double

    private struct Arrival: Comparable {
        var time: Double
        var number: Int

        static func < (one: Arrival, other: Arrival) -> Bool {
            one.time < other.time || (one.time == other.time && one.number < other.number)
        }
    }

    /// What the counters showed when the policy was last asked.
    private struct Observed {
        var time = 0.0
        var busy = ReplayBundle.StageTimes()
        var prefillBusy = 0.0
        var prefillTime = 0.0
        var attentionTime = 0.0
    }

    init(
        _ deployment: ReplayDeployment, source: Source, policy: any ReplayPolicy, bounds: PoolBounds,
        limits: ReplayLimits, seriesWidth: Double, key: StreamKey, keepsCompletions: Bool = false,
        mostPresent: Int = ReplayProblem.maximumPresent
    ) {
        self.deployment = deployment
        self.mostPresent = mostPresent
        self.source = source
        self.policy = policy
        tick = policy.next.map { $0 * 1e6 } ?? .infinity
        self.bounds = bounds
        startDelay = deployment.startDelay * 1e6
        let afterPrefill = deployment.service != nil
        measures = ReplayMeasures(
            limits: limits, afterPrefill: afterPrefill, seriesWidth: seriesWidth * 1e6,
            keepsCompletions: keepsCompletions)
        let rule = ReplayBundle.Admission(
            byTokens: deployment.routing == .leastKV, patience: deployment.patience * 1e6, afterPrefill: afterPrefill)
        decodeRule = rule
        decode = DecodePool(
            deployment.shape, bundles: deployment.bundles, routing: deployment.routing, rule: rule,
            scalesInstances: deployment.scalesInstances, key: key.child(0))
        hasPrefill = deployment.service != nil
        transfer = deployment.service?.transfer
        let none: @Sendable (Int, Int) -> Double = { _, _ in 0 }
        let service = deployment.service?.prefill ?? none
        prefill = PrefillPool(
            deployment.sizes.prefill, service: service, patience: deployment.patience * 1e6,
            routing: deployment.routing, key: key.child(1))
        prefillScale = PoolScale(deployment.sizes.prefill)
        decodeScale = PoolScale(deployment.sizes.decode)
        meters = PoolMeters(
            prefill: PoolMeter(deployment.sizes.prefill), attention: PoolMeter(decode.attentionInstances),
            ffn: PoolMeter(deployment.bundles * deployment.shape.ffnInstances))
    }

    /// Replays to the end: no request comes any more, and none is there.
    mutating func run(_ control: SimulationControl) throws(SimulationError) -> ReplayRun {
        try advance(control) ?? finish()
    }

    /// Replays on.
    ///
    /// - Returns: what it came to, at the end; nil where the source has paused: call it again when there is more.
    mutating func advance(_ control: SimulationControl) throws(SimulationError) -> ReplayRun? {
        while true {
            if upcoming == nil, !hasEnded {
                upcoming = source.next()
                if upcoming == nil {
                    if source.isPaused { return nil }
                    hasEnded = true
                }
            }
            let arrival = upcoming.map { $0.arrival * 1e6 } ?? .infinity
            let prompt = prefill.next
            let cache = transit.first?.key.time ?? .infinity
            let step = decode.next
            let ready = min(prefillScale.next, decodeScale.next)
            guard upcoming != nil || table.present > 0 else { break }
            let request = min(min(arrival, prompt), min(cache, step))
            let next = min(request, min(ready, tick))
            guard next < .infinity else { break }
            if next >= measures.series.end { measures.roll(to: next, gauges) }
            time = max(time, next)
            if ready <= next {
                start()
            } else if arrival <= next {
                arrive()
            } else if prompt <= next {
                finishPrompt()
            } else if cache <= next {
                decode.add(transit.removeFirst(), at: time, &table, &measures)
            } else if step <= next {
                decode.happen(&table, &measures)
                if decodeScale.events > 0 { meter() }
            } else {
                ask()
            }
            events += 1
            if events % Self.interval == 0 {
                if table.present > mostPresent {
                    throw .invalid(
                        field: "deployment",
                        rule:
                            "leaves more than \(mostPresent) requests waiting at once: plan for more, or give queue_limit or "
                            + "abandon_after_s")
                }
                try control.report(measures.arrived - reported)
                reported = measures.arrived
            }
        }
        return finish()
    }

    // MARK: Events

    private mutating func arrive() {
        guard let request = upcoming else { return }
        let number = measures.arrived
        measures.arrived(request, at: time)
        upcoming = source.next()
        let waiting = hasPrefill ? prefill.waiting : measures.waiting
        let need = Double(request.prefill) + Double(request.decode)
        guard waiting < deployment.queueLimit, need <= deployment.shape.tokenCapacity ?? .infinity else {
            measures.rejected()
            return
        }
        let row = table.insert(request, number: number, at: time)
        if hasPrefill {
            prefill.add(row, at: time, &table, &measures)
        } else {
            decode.add(row, at: time, &table, &measures)
        }
    }

    private mutating func finishPrompt() {
        let (row, duration) = prefill.finish(&table, &measures)
        if prefillScale.events > 0 { meter() }
        measures.firstToken(row, at: time, &table)
        guard table[row].decode > 1 else {
            measures.finished(row, at: time, steps: 0, table)
            table.remove(row)
            return
        }
        var ready = time
        if let transfer = transfer?(Int(table[row].prefill), duration) {
            // The link begins when it is free, and not before there is something to be sent.
            let done = max(max(linkFree, time - transfer.head) + transfer.busy, time + transfer.least)
            linkFree = done
            linkBusy += transfer.busy
            ready = done + transfer.delay
        }
        table[row].ready = ready
        if ready > time {
            transit.insert(Arrival(time: ready, number: table[row].number), row)
        } else {
            decode.add(row, at: time, &table, &measures)
        }
    }

    // MARK: Sizes

    /// Instances that were started are ready.
    private mutating func start() {
        prefillScale.start(at: time)
        decodeScale.start(at: time)
        apply()
    }

    private mutating func ask() {
        measures.closeWindow(at: time)
        let sizes = bounds.clamp(policy.sizes(observation()))
        tick = policy.next.map { $0 * 1e6 } ?? .infinity
        if hasPrefill { prefillScale.want(sizes.prefill, at: time, delay: startDelay) }
        decodeScale.want(sizes.decode, at: time, delay: startDelay)
        apply()
    }

    private mutating func apply() {
        prefill.setOpen(prefillScale.open, at: time, &table, &measures)
        decode.setOpen(decodeScale.open, at: time, &table, &measures)
        meter()
    }

    private mutating func meter() {
        meters.prefill.set(present: prefill.present, starting: prefillScale.starting, at: time)
        let shape = deployment.shape
        let starting = decodeScale.starting
        meters.attention.set(
            present: decode.attentionInstances,
            starting: deployment.scalesInstances ? starting : starting * shape.attentionInstances, at: time)
        meters.ffn.set(
            present: decode.presentBundles * shape.ffnInstances,
            starting: deployment.scalesInstances ? 0 : starting * shape.ffnInstances, at: time)
    }

    private mutating func observation() -> PoolObservation {
        let now = Observed(
            time: time, busy: decode.busy(until: time), prefillBusy: prefill.busy(until: time),
            prefillTime: meters.prefill.presentTime(until: time),
            attentionTime: meters.attention.presentTime(until: time))
        let before = observed
        observed = now
        func part(_ busy: Double, of time: Double) -> Double { time > 0 ? min(1, max(0, busy / time)) : 0 }
        let attention = now.attentionTime - before.attentionTime
        let shape = deployment.shape
        return PoolObservation(
            time: time / 1e6, interval: (time - before.time) / 1e6,
            wanted: PoolSizes(prefill: prefillScale.wanted, decode: decodeScale.wanted),
            ready: PoolSizes(prefill: prefillScale.open, decode: decodeScale.open), window: measures.takeWindow(),
            slotUtilisation: part(
                now.busy.requests - before.busy.requests, of: attention * Double(shape.slotsPerInstance)),
            cacheUtilisation: shape.tokenCapacity.map {
                part(now.busy.tokens - before.busy.tokens, of: attention * $0)
            },
            prefillUtilisation: part(
                now.prefillBusy - before.prefillBusy, of: now.prefillTime - before.prefillTime),
            waiting: measures.waiting, waitingForPrefill: prefill.waiting)
    }

    // MARK: The end

    private var gauges: ReplaySeries.Gauges {
        ReplaySeries.Gauges(
            prefillInstances: meters.prefill.present, attentionInstances: meters.attention.present,
            ffnInstances: meters.ffn.present, waiting: measures.waiting, waitingForPrefill: prefill.waiting,
            inSlots: decode.inSlots)
    }

    private mutating func finish() -> ReplayRun {
        measures.finishSeries(gauges)
        meters.count(until: time)
        return ReplayRun(
            measures: measures, meters: meters, duration: time, events: events, present: table.present,
            mostPresent: table.count, stages: decode.busy(until: time),
            prefillBusy: prefill.busy(until: time), peakWaitingForPrefill: prefill.peakWaiting,
            linkBusy: linkBusy, scaleEvents: prefillScale.events + decodeScale.events,
            reversals: prefillScale.reversals + decodeScale.reversals)
    }
}
