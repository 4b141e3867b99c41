import JSON
import Simulation
import Text

/// `policies` and `scaling` of a replay: who decides on pool sizes, and within what.
enum ReplayPolicySchema {
    enum Kind: String, CaseIterable {
        case `static`, schedule, target, advice, oracle
    }

    /// What instances come and go.
    struct Scaling: Sendable {
        enum Unit: String, CaseIterable {
            case bundle
            case attentionInstance = "attention_instance"
        }

        var unit: Unit
        var bounds: PoolBounds
    }

    /// Looks of advice in a period: of 60 s, as often as Kubernetes' HorizontalPodAutoscaler looks.
    private static let looksPerPeriod = 4

    // MARK: scaling

    /// - Parameters:
    ///   - bundles: at the beginning, of `attention` Attention instances each.
    ///   - prefill: instances at the beginning; nil where only decoding is replayed.
    static func scaling(
        _ value: JSONValue?, bundles: Int, attention: Int, prefill: Int?, _ errors: inout ValidationErrors
    ) -> Scaling? {
        var unit = Scaling.Unit.bundle
        let object = value.flatMap {
            ObjectReader($0, fields: ["unit", "min", "max", "min_prefill", "max_prefill"], &errors)
        }
        if let given = object?.optional("unit") {
            guard let read = given.choice(of: Scaling.Unit.self, &errors) else { return nil }
            unit = read
        }
        let isInstances = unit == .attentionInstance
        let now = isInstances ? bundles * attention : bundles
        let least = isInstances ? bundles : 1
        let most = isInstances ? min(1_000_000, bundles * 4096) : 100_000
        let decode = range(object, "min", "max", now: now, within: least...max(now, most), &errors)
        var prefillRange = 0...0
        if let prefill {
            guard let read = range(object, "min_prefill", "max_prefill", now: prefill, within: 1...100_000, &errors)
            else {
                return nil
            }
            prefillRange = read
        } else {
            for name in ["min_prefill", "max_prefill"] as [StaticString] {
                if let given = object?.optional(name) { errors.add(given, "needs prefill") }
            }
        }
        return decode.map { Scaling(unit: unit, bounds: PoolBounds(prefill: prefillRange, decode: $0)) }
    }

    /// From one to four times what there is now and four more, where nothing is said.
    private static func range(
        _ object: ObjectReader?, _ least: StaticString, _ most: StaticString, now: Int, within: ClosedRange<Int>,
        _ errors: inout ValidationErrors
    ) -> ClosedRange<Int>? {
        let before = errors.total
        let low = object?.optional(least)?.integer(in: within.lowerBound...now, &errors) ?? within.lowerBound
        let high =
            object?.optional(most)?.integer(in: now...within.upperBound, &errors) ?? min(within.upperBound, 4 * now + 4)
        return errors.total == before ? low...high : nil
    }

    // MARK: policies

    /// What all policies are made with.
    struct Terms {
        var scaling: Scaling
        /// Sizes at the beginning.
        var sizes: PoolSizes
        var hasPrefill: Bool
        /// Whether the cache's size is known.
        var hasCache: Bool
        /// Seconds that an instance takes to start.
        var startDelay: Double
        /// Makes plans of demands; nil where no limits are given to plan for.
        var planner: AdvicePlanner?
    }

    /// The policies in the order asked for; `static` where none are.
    static func decode(
        _ value: JSONValue?, _ terms: Terms, _ errors: inout ValidationErrors
    ) -> [ReplayContender]? {
        guard let value else { return [ReplayContender("static", StaticPolicy())] }
        guard let elements = value.array(limit: ReplayProblem.maximumContenders, &errors) else { return nil }
        if value.count == 0 { errors.add(value, "must have at least one element") }
        let before = errors.total
        var names: [String] = []
        var contenders: [ReplayContender] = []
        for element in elements {
            let kind: Kind?
            if element.kind == .string {
                kind = element.choice(of: Kind.self, &errors)
            } else if element.kind == .object {
                if element["policy"] == nil { errors.add(element, "must have the field \"policy\"") }
                kind = element["policy"]?.choice(of: Kind.self, &errors)
            } else {
                errors.add(element, "must be an object or the name of a policy, not \(element.kind.name)")
                continue
            }
            guard let kind else { continue }
            var name = kind.rawValue
            if let given = element["name"], let text = given.text(&errors) {
                if !(1...64 ~= text.utf8.count) { errors.add(given, "must have 1 to 64 bytes") }
                name = text
            }
            if names.contains(name) {
                if element["name"] == nil {
                    name = "\(name) \(names.count + 1)"
                } else {
                    errors.add(element["name"] ?? element, "must not be given twice")
                }
            }
            names.append(name)
            if let made = contender(kind, name, element, terms, &errors) { contenders.append(made) }
        }
        return errors.total == before ? contenders : nil
    }

    private static func contender(
        _ kind: Kind, _ name: String, _ value: JSONValue, _ terms: Terms, _ errors: inout ValidationErrors
    ) -> ReplayContender? {
        let own: [StaticString]
        switch kind {
        case .static: own = []
        case .schedule: own = ["steps"]
        case .target:
            own = [
                "metric", "target", "prefill_target", "period_s", "tolerance", "stabilisation_s", "stabilisation_up_s",
                "scale_up", "scale_down",
            ]
        case .advice: own = ["every_s", "window_s", "hysteresis"]
        case .oracle: own = ["window_s"]
        }
        var object: ObjectReader?
        if value.kind == .object {
            object = ObjectReader(value, fields: ["policy", "name"] + own, &errors)
            guard object != nil else { return nil }
        }
        let before = errors.total
        switch kind {
        case .static: return ReplayContender(name, StaticPolicy())
        case .schedule:
            let steps = schedule(object, value, terms, &errors)
            return steps.map { ReplayContender(name, SchedulePolicy($0)) }
        case .target:
            let policy = target(object, value, terms, &errors)
            return policy.map { ReplayContender(name, $0) }
        case .advice, .oracle:
            guard let planner = terms.planner else {
                errors.add(value, "needs limits: ttft_ms, tpot_ms or wait_ms, to plan for")
                return nil
            }
            let window = object?.optional("window_s")?.number(in: 1...1e6, &errors) ?? 300
            if kind == .oracle {
                return errors.total == before ? ReplayContender(oracle: name, window: window, planner: planner) : nil
            }
            let period = object?.optional("every_s")?.number(in: 1...1e6, &errors) ?? min(60, window)
            let hysteresis = object?.optional("hysteresis")?.number(in: 0...1, &errors) ?? 0.1
            if let given = object?.optional("window_s"), window < period {
                errors.add(given, "must not be less than every_s")
            }
            guard errors.total == before else { return nil }
            return ReplayContender(
                name,
                AdvicePolicy(
                    period: period, window: window, hysteresis: hysteresis, startDelay: terms.startDelay,
                    looksPerPeriod: looksPerPeriod, planner: planner))
        }
    }

    private static func schedule(
        _ object: ObjectReader?, _ value: JSONValue, _ terms: Terms, _ errors: inout ValidationErrors
    ) -> [(time: Double, sizes: PoolSizes)]? {
        guard let object else {
            errors.add(value, "must be an object with steps")
            return nil
        }
        let name: StaticString = terms.scaling.unit == .bundle ? "bundles" : "attention_instances"
        guard let elements = object.required("steps", &errors)?.array(limit: 100_000, &errors) else { return nil }
        let before = errors.total
        var steps: [(time: Double, sizes: PoolSizes)] = []
        var sizes = terms.sizes
        for element in elements {
            let fields = ["t_s", name] + (terms.hasPrefill ? ["prefill_instances"] : [])
            guard let step = ObjectReader(element, fields: fields, &errors) else { continue }
            let time = step.required("t_s", &errors)?.number(in: 0...1e8, &errors)
            if let count = step.optional(name)?.integer(in: terms.scaling.bounds.decode, &errors) {
                sizes.decode = count
            }
            if let count = step.optional("prefill_instances")?.integer(in: terms.scaling.bounds.prefill, &errors) {
                sizes.prefill = count
            }
            if let time {
                if let last = steps.last, time < last.time {
                    errors.add(element, "must not be earlier than the step before")
                }
                steps.append((time, sizes))
            }
        }
        return errors.total == before ? steps : nil
    }

    private static func target(
        _ object: ObjectReader?, _ value: JSONValue, _ terms: Terms, _ errors: inout ValidationErrors
    ) -> TargetPolicy? {
        guard let object else {
            errors.add(value, "must be an object with metric and target")
            return nil
        }
        let before = errors.total
        let metric = object.required("metric", &errors)?.choice(of: TargetPolicy.Metric.self, &errors)
        let isFraction = metric == .slots || metric == .kv
        let target = object.required("target", &errors)?.number(in: 1e-3...(isFraction ? 1 : 1e6), &errors)
        if metric == .kv, !terms.hasCache, let given = object.optional("metric") {
            errors.add(given, "needs the size of the cache: name the hardware, or give deployment.kv_tokens")
        }
        var prefillTarget: Double?
        if let given = object.optional("prefill_target") {
            if !terms.hasPrefill { errors.add(given, "needs prefill") }
            prefillTarget = given.number(in: 1e-3...1, &errors)
        }
        let period = object.optional("period_s")?.number(in: 1...1e5, &errors) ?? 15
        var rule = TargetPolicy.Rule()
        if let given = object.optional("tolerance")?.number(in: 0...1, &errors) { rule.tolerance = given }
        if let given = object.optional("stabilisation_s")?.number(in: 0...3600, &errors) {
            rule.stabilisationDown = given
        }
        if let given = object.optional("stabilisation_up_s")?.number(in: 0...3600, &errors) {
            rule.stabilisationUp = given
        }
        if let given = object.optional("scale_up") { rule.up = limits(given, &errors) }
        if let given = object.optional("scale_down") { rule.down = limits(given, &errors) }
        guard let metric, let target, errors.total == before else { return nil }
        return TargetPolicy(
            metric: metric, target: target, prefillTarget: prefillTarget, period: period, rule: rule,
            bounds: terms.scaling.bounds)
    }

    private static func limits(
        _ value: JSONValue, _ errors: inout ValidationErrors
    ) -> [TargetPolicy.Rule.Limit] {
        guard let elements = value.array(limit: 16, &errors) else { return [] }
        var list: [TargetPolicy.Rule.Limit] = []
        for element in elements {
            guard let object = ObjectReader(element, fields: ["type", "value", "period_s"], &errors) else { continue }
            let kind = object.required("type", &errors)?.choice(of: TargetPolicy.Rule.Limit.Kind.self, &errors)
            let amount = object.required("value", &errors)?.number(in: 0...1e6, &errors)
            let period = object.required("period_s", &errors)?.number(in: 1...1800, &errors)
            if let kind, let amount, let period { list.append(.init(kind, amount, period: period)) }
        }
        return list
    }
}
