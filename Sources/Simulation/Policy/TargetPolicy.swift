/// Target tracking as Kubernetes' HorizontalPodAutoscaler v2 does it (pkg/controller/podautoscaler of Kubernetes 1.33): the
/// recommendation from a metric, with tolerance and unready pods; then the stabilisation windows; then the limits of the scaling
/// policies, then minimum and maximum.
public struct TargetPolicy: ReplayPolicy {
    public enum Metric: String, Hashable, Sendable, CaseIterable {
        /// Part of the slots that is full, of a ready replica in the mean.
        case slots
        /// Part of the cache that is full.
        case kv
        /// Requests that wait for a slot, for each replica.
        case waiting
        /// Requests a second, for each replica.
        case requestsPerSecond = "requests_per_second"

        /// Whether its total is divided by the target, as that of an external metric is; else the mean over ready replicas counts.
        var isTotal: Bool { self == .waiting || self == .requestsPerSecond }
    }

    /// How the number of replicas of one pool follows.
    public struct Rule: Hashable, Sendable {
        /// How fast replicas may become more or fewer.
        public struct Limit: Hashable, Sendable {
            public enum Kind: String, Hashable, Sendable, CaseIterable {
                case pods, percent
            }

            public var kind: Kind
            public var value: Double
            /// Seconds.
            public var period: Double

            public init(_ kind: Kind, _ value: Double, period: Double) {
                self.kind = kind
                self.value = value
                self.period = period
            }
        }

        public var tolerance = 0.1
        /// Seconds.
        public var stabilisationUp = 0.0
        public var stabilisationDown = 300.0
        /// The one that allows most counts; none for no limit.
        public var up = [Limit(.pods, 4, period: 15), Limit(.percent, 100, period: 15)]
        public var down = [Limit(.percent, 100, period: 15)]

        public init() {}
    }

    private let metric: Metric
    private let target: Double
    /// Of the prefill instances' utilisation; `nil` where their number stays.
    private let prefillTarget: Double?
    private let period: Double
    private var asked = 0
    private var decode: Follower
    private var prefill: Follower

    /// - Parameters:
    ///   - metric: what is held at its target.
    ///   - prefillTarget: the target of the prefill pool.
    ///   - bounds: fewest and most instances.
    ///   - rule: the algorithm's periods, tolerance and windows.
    ///   - target: of the metric, positive.
    ///   - period: seconds between two looks (15 in Kubernetes), positive.
    public init(
        metric: Metric, target: Double, prefillTarget: Double? = nil, period: Double = 15, rule: Rule = Rule(),
        bounds: PoolBounds
    ) {
        self.metric = metric
        self.target = target
        self.prefillTarget = prefillTarget
        self.period = period
        decode = Follower(rule, bounds.decode)
        prefill = Follower(rule, bounds.prefill)
    }

    public var next: Double? { Double(asked + 1) * period }

    public mutating func sizes(_ observation: PoolObservation) -> PoolSizes {
        asked += 1
        var sizes = observation.wanted
        let current = sizes.decode
        let unready = max(0, current - observation.ready.decode)
        let recommended: Int
        switch metric {
        case .slots:
            recommended = decode.recommended(
                usage: observation.slotUtilisation, target: target, current: current, unready: unready)
        case .kv:
            recommended = decode.recommended(
                usage: observation.cacheUtilisation ?? 0, target: target, current: current, unready: unready)
        case .waiting:
            recommended = decode.recommended(total: Double(observation.waiting), target: target, current: current)
        case .requestsPerSecond:
            let rate = observation.interval > 0 ? Double(observation.window.arrivals) / observation.interval : 0
            recommended = decode.recommended(total: rate, target: target, current: current)
        }
        sizes.decode = decode.replicas(recommended, current: current, at: observation.time)
        if let prefillTarget, observation.wanted.prefill > 0 {
            let current = sizes.prefill
            let recommended = prefill.recommended(
                usage: observation.prefillUtilisation, target: prefillTarget, current: current,
                unready: max(0, current - observation.ready.prefill))
            sizes.prefill = prefill.replicas(recommended, current: current, at: observation.time)
        }
        return sizes
    }
}

extension TargetPolicy {
    /// The algorithm for one number of replicas, and what it remembers.
    struct Follower: Sendable {
        private struct Dated: Hashable {
            var time: Double
            var count: Int
        }

        private let rule: Rule
        private let bounds: ClosedRange<Int>
        private var recommendations: [Dated] = []
        private var ups: [Dated] = []
        private var downs: [Dated] = []

        init(_ rule: Rule, _ bounds: ClosedRange<Int>) {
            self.rule = rule
            self.bounds = bounds
        }

        /// From the mean usage of ready replicas (calcPlainMetricReplicas): where more are needed, those that are not ready
        /// count as idle.
        func recommended(usage: Double, target: Double, current: Int, unready: Int) -> Int {
            let ready = max(1, current - unready)
            let ratio = usage / target
            guard unready > 0, ratio > 1 else {
                return isWithinTolerance(ratio) ? current : Self.ceiling(ratio * Double(ready))
            }
            let rebalanced = ratio * Double(ready) / Double(ready + unready)
            guard !isWithinTolerance(rebalanced), rebalanced > 1 else { return current }
            return max(current, Self.ceiling(rebalanced * Double(ready + unready)))
        }

        /// From a total that is to be `target` for each replica (GetExternalPerPodMetricReplicas).
        func recommended(total: Double, target: Double, current: Int) -> Int {
            let ratio = total / (target * Double(max(1, current)))
            return isWithinTolerance(ratio) ? current : Self.ceiling(total / target)
        }

        private func isWithinTolerance(_ ratio: Double) -> Bool {
            1 - rule.tolerance <= ratio && ratio <= 1 + rule.tolerance
        }

        /// Rounded up; what rounding errors lie above a whole number is not counted.
        private static func ceiling(_ value: Double) -> Int { Int(min(1e9, (value - 1e-9).rounded(.up))) }

        /// What is wanted at `time` (normalizeDesiredReplicasWithBehaviors).
        mutating func replicas(_ recommended: Int, current: Int, at time: Double) -> Int {
            let stabilised = stabilise(recommended, current: current, at: time)
            var wanted = stabilised
            if wanted > current {
                let limit = max(current, upperLimit(current, at: time))
                wanted = min(wanted, min(bounds.upperBound, limit))
            } else if wanted < current {
                let limit = min(current, lowerLimit(current, at: time))
                wanted = max(wanted, max(bounds.lowerBound, limit))
            }
            wanted = min(bounds.upperBound, max(bounds.lowerBound, wanted))
            forget(at: time)
            if wanted > current { ups.append(Dated(time: time, count: wanted - current)) }
            if wanted < current { downs.append(Dated(time: time, count: current - wanted)) }
            return wanted
        }

        /// The least recommendation of the upward window, where that is more; the most of the downward one, where that is less.
        private mutating func stabilise(_ recommended: Int, current: Int, at time: Double) -> Int {
            var up = recommended
            var down = recommended
            for old in recommendations {
                if old.time > time - rule.stabilisationUp { up = min(up, old.count) }
                if old.time > time - rule.stabilisationDown { down = max(down, old.count) }
            }
            let longest = max(rule.stabilisationUp, rule.stabilisationDown)
            recommendations.removeAll { $0.time <= time - longest }
            recommendations.append(Dated(time: time, count: recommended))
            return min(max(current, up), down)
        }

        private func upperLimit(_ current: Int, at time: Double) -> Int {
            guard !rule.up.isEmpty else { return .max }
            return rule.up.map { limit in
                let start = Double(current - changes(ups, limit, time) + changes(downs, limit, time))
                switch limit.kind {
                case .pods: return Self.whole(start + limit.value)
                case .percent: return Self.ceiling(start * (1 + limit.value / 100))
                }
            }.max() ?? .max
        }

        private func lowerLimit(_ current: Int, at time: Double) -> Int {
            guard !rule.down.isEmpty else { return 0 }
            return rule.down.map { limit in
                let start = Double(current - changes(ups, limit, time) + changes(downs, limit, time))
                switch limit.kind {
                case .pods: return Self.whole(start - limit.value)
                case .percent: return Self.whole(start * (1 - limit.value / 100))
                }
            }.min() ?? 0
        }

        private static func whole(_ value: Double) -> Int { Int(min(1e9, max(0, value))) }

        /// How many replicas the events of the limit's period come to.
        private func changes(_ events: [Dated], _ limit: Rule.Limit, _ time: Double) -> Int {
            events.reduce(0) { $0 + ($1.time > time - limit.period ? $1.count : 0) }
        }

        /// Forgets events that no limit looks at.
        private mutating func forget(at time: Double) {
            let longest = (rule.up + rule.down).map(\.period).max() ?? 0
            ups.removeAll { $0.time <= time - longest }
            downs.removeAll { $0.time <= time - longest }
        }
    }
}
