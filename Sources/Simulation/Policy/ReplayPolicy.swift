/// What a controller sees when its period is over: what metrics tell of the time since it last looked, and what is there.
public struct PoolObservation: Hashable, Sendable {
    /// Seconds from the beginning, and since the controller last looked.
    public var time: Double
    public var interval: Double
    /// What was last asked for, and what of it takes requests.
    public var wanted: PoolSizes
    public var ready: PoolSizes
    /// Of the requests since then.
    public var window: ReplayWindow
    /// Mean part of the slots that was full, 0…1, of the instances that were there.
    public var slotUtilisation: Double
    /// The same of the cache's tokens; `nil` where its size is not known.
    public var cacheUtilisation: Double?
    /// Mean part of the prefill instances that worked.
    public var prefillUtilisation: Double
    /// Requests that wait for a slot, and for a prefill instance.
    public var waiting: Int
    public var waitingForPrefill: Int

    public init(
        time: Double, interval: Double, wanted: PoolSizes, ready: PoolSizes, window: ReplayWindow,
        slotUtilisation: Double, cacheUtilisation: Double?, prefillUtilisation: Double, waiting: Int,
        waitingForPrefill: Int
    ) {
        self.time = time
        self.interval = interval
        self.wanted = wanted
        self.ready = ready
        self.window = window
        self.slotUtilisation = slotUtilisation
        self.cacheUtilisation = cacheUtilisation
        self.prefillUtilisation = prefillUtilisation
        self.waiting = waiting
        self.waitingForPrefill = waitingForPrefill
    }
}

/// A controller of pool sizes: it sees what a real one sees, when its period is over, and says what it wants.
public protocol ReplayPolicy: Sendable {
    /// When it wants to be asked first, and then again after each answer, seconds from the beginning; nil for never.
    var next: Double? { get }

    /// What it wants, from what it is told at its time ``next``.
    mutating func sizes(_ observation: PoolObservation) -> PoolSizes
}

/// What is there stays.
public struct StaticPolicy: ReplayPolicy {
    public init() {}

    public var next: Double? { nil }

    public mutating func sizes(_ observation: PoolObservation) -> PoolSizes { observation.wanted }
}

/// Sizes at given times.
public struct SchedulePolicy: ReplayPolicy {
    private let steps: [(time: Double, sizes: PoolSizes)]
    private var done = 0

    /// - Parameter steps: by rising time, seconds from the beginning.
    public init(_ steps: [(time: Double, sizes: PoolSizes)]) { self.steps = steps.sorted { $0.time < $1.time } }

    public var next: Double? { done < steps.count ? steps[done].time : nil }

    public mutating func sizes(_ observation: PoolObservation) -> PoolSizes {
        guard done < steps.count else { return observation.wanted }
        done += 1
        return steps[done - 1].sizes
    }
}

/// How large the two pools of a deployment are.
public struct PoolSizes: Hashable, Sendable {
    /// Prefill instances.
    public var prefill: Int
    /// Bundles, or Attention instances of all bundles where single ones come and go.
    public var decode: Int

    public init(prefill: Int, decode: Int) {
        self.prefill = prefill
        self.decode = decode
    }
}

/// What a policy may ask for.
public struct PoolBounds: Hashable, Sendable {
    public var prefill: ClosedRange<Int>
    public var decode: ClosedRange<Int>

    public init(prefill: ClosedRange<Int>, decode: ClosedRange<Int>) {
        self.prefill = prefill
        self.decode = decode
    }

    /// The nearest sizes within the bounds.
    public func clamp(_ sizes: PoolSizes) -> PoolSizes {
        PoolSizes(
            prefill: min(prefill.upperBound, max(prefill.lowerBound, sizes.prefill)),
            decode: min(decode.upperBound, max(decode.lowerBound, sizes.decode)))
    }
}
