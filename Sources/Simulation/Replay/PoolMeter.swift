/// How many instances of a pool there are, and their time.
struct PoolMeter: Hashable, Sendable {
    /// Instances that are there, and those that are held but start yet.
    private(set) var present: Int
    private(set) var starting = 0
    private var since = 0.0
    /// Instance-microseconds: of those that are there, and of those that start.
    private(set) var presentTime = 0.0
    private(set) var startingTime = 0.0
    private(set) var least: Int
    private(set) var most: Int

    init(_ present: Int) {
        self.present = present
        least = present
        most = present
    }

    mutating func set(present: Int, starting: Int, at time: Double) {
        guard present != self.present || starting != self.starting else { return }
        count(until: time)
        self.present = present
        self.starting = starting
        least = min(least, present)
        most = max(most, present)
    }

    mutating func count(until time: Double) {
        guard time > since else { return }
        presentTime += (time - since) * Double(present)
        startingTime += (time - since) * Double(starting)
        since = time
    }

    /// Instance-microseconds of those that are there, until `time`.
    func presentTime(until time: Double) -> Double { presentTime + max(0, time - since) * Double(present) }
}

/// What is wanted of a pool, and what of it is still starting.
struct PoolScale: Hashable, Sendable {
    private(set) var wanted: Int
    /// Instances, or bundles, that take requests.
    private(set) var open: Int
    /// When those are ready that are starting, in their order.
    private var ready: [Double] = []
    private(set) var events = 0
    private(set) var reversals = 0
    private var direction = 0

    init(_ count: Int) {
        wanted = count
        open = count
    }

    var starting: Int { ready.count }
    /// When the next one is ready; ∞ where none is starting.
    var next: Double { ready.first ?? .infinity }

    /// Asks for `count` from `time` on. What is surplus is taken first from those that are starting, the last ones first.
    mutating func want(_ count: Int, at time: Double, delay: Double) {
        guard count != wanted else { return }
        let change = count > wanted ? 1 : -1
        if change == -direction { reversals += 1 }
        direction = change
        events += 1
        wanted = count
        while open + ready.count > count, !ready.isEmpty { ready.removeLast() }
        if open > count { open = count }
        while open + ready.count < count {
            if delay > 0 { ready.append(time + delay) } else { open += 1 }
        }
    }

    /// Those that are ready at `time` take requests.
    mutating func start(at time: Double) {
        let count = ready.prefix { $0 <= time }.count
        ready.removeFirst(count)
        open += count
    }
}

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
