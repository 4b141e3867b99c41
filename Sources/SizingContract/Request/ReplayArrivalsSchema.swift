import JSON
import Simulation
import Sizing
import Text

/// `trace`, or `arrivals` with `workload`: what comes.
enum ReplayArrivalsSchema {
    /// Most requests of a trace in JSON.
    static let maximumRows = 2_000_000
    private static let speeds = 1e-3...1e4

    enum Process: String, CaseIterable {
        case poisson, gamma, sinusoid, steps
    }

    /// - Parameters:
    ///   - object: the request.
    ///   - file: the trace that was sent beside it.
    ///   - cachedFraction: of prompts, where a trace does not say.
    ///   - errors: gets what is wrong.
    ///   - assumptions: gets what is taken for granted.
    static func decode(
        _ object: ObjectReader, _ file: ReplayTrace?, cachedFraction: Double, _ errors: inout ValidationErrors,
        _ assumptions: inout [StaticString]
    ) -> (arrivals: ReplayArrivals, warnings: [Warning])? {
        if let file {
            for name in ["trace", "arrivals", "workload", "replications"] as [StaticString] {
                if let given = object.optional(name) {
                    errors.add(given, "must not be given together with a trace that is a file")
                }
            }
            let speed = object.optional("speed")?.number(in: speeds, &errors) ?? 1
            let columns = ReplayColumns(file.requests, speed: speed, cachedFraction: cachedFraction)
            return (.columns(columns), file.warnings)
        }
        let trace = object.optional("trace")
        let arrivals = object.optional("arrivals")
        let workload = object.optional("workload")
        if let trace {
            for other in [arrivals, workload, object.optional("replications")] {
                if let other { errors.add(other, "must not be given together with trace") }
            }
            let speed = object.optional("speed")?.number(in: speeds, &errors) ?? 1
            return columns(trace, speed: speed, cachedFraction: cachedFraction, &errors).map { (.columns($0), []) }
        }
        if let speed = object.optional("speed") { errors.add(speed, "needs trace") }
        guard let arrivals else {
            errors.add(object.value, "must have trace, or arrivals with workload")
            return nil
        }
        guard let workload else {
            errors.add(object.value, "must have the field \"workload\": the lengths of the requests that arrive")
            return nil
        }
        let lengths = WorkloadSchema.decode(workload, &errors, &assumptions)
        guard let lengths else { return nil }
        return process(arrivals, object.value, lengths.workload, cachedFraction, &errors).map {
            (.process($0), lengths.warnings)
        }
    }

    // MARK: A trace

    private static func columns(
        _ value: JSONValue, speed: Double, cachedFraction: Double, _ errors: inout ValidationErrors
    ) -> ReplayColumns? {
        let fields: [StaticString] = ["arrival_s", "prefill", "decode", "cached"]
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let longest = Int(SizingLimits.maximumLength)
        let arrival = object.required("arrival_s", &errors)
        let times = arrival?.numbers(in: 0...1e8, &errors)
        let prefill = object.required("prefill", &errors)?.integers(in: 0...longest, &errors)
        let decode = object.required("decode", &errors)?.integers(in: 1...longest, &errors)
        var cached: [Int]?
        if let given = object.optional("cached") {
            cached = given.integers(in: 0...longest, &errors)
            if cached == nil { return nil }
        }
        guard let arrival, let times, let prefill, let decode else { return nil }
        guard 1...maximumRows ~= times.count else {
            errors.add(arrival, "must have 1 to \(maximumRows) elements")
            return nil
        }
        for (name, column) in [("prefill" as StaticString, prefill), ("decode", decode), ("cached", cached ?? decode)]
        where column.count != times.count {
            errors.add(object.optional(name) ?? value, "must have as many elements as arrival_s, \(times.count)")
            return nil
        }
        return check(arrival, object, times, prefill, cached, &errors)
            ? ReplayColumns(
                arrival: times, prefill: prefill.map { Int32(clamping: $0) },
                decode: decode.map { Int32(clamping: $0) },
                cached: (cached ?? (cachedFraction > 0 ? prefill.map { Int(Double($0) * cachedFraction) } : []))
                    .map { Int32(clamping: $0) }, speed: speed)
            : nil
    }

    /// Whether arrivals are in order, and no more is cached than there is; every row that breaks it is an error.
    private static func check(
        _ arrival: JSONValue, _ object: ObjectReader, _ times: [Double], _ prefill: [Int], _ cached: [Int]?,
        _ errors: inout ValidationErrors
    ) -> Bool {
        let before = errors.total
        var late = times.indices.dropFirst().filter { times[$0] < times[$0 - 1] }[...]
        var excess = (cached ?? []).indices.filter { index in cached.map { $0[index] > prefill[index] } ?? false }[...]
        guard !late.isEmpty || !excess.isEmpty else { return true }
        for (index, element) in arrival.elements.enumerated() where late.first == index {
            errors.add(element, "must not be less than the arrival before it")
            late.removeFirst()
        }
        if let column = object.optional("cached") {
            for (index, element) in column.elements.enumerated() where excess.first == index {
                errors.add(element, "must not be more than the request's prefill, \(prefill[index])")
                excess.removeFirst()
            }
        }
        return errors.total == before
    }

    // MARK: A process

    private static func process(
        _ value: JSONValue, _ request: JSONValue, _ workload: Workload, _ cachedFraction: Double,
        _ errors: inout ValidationErrors
    ) -> ReplayProcess? {
        let all: [StaticString] = [
            "process", "duration_s", "cv", "requests_per_second", "min_requests_per_second",
            "max_requests_per_second", "period_s", "steps",
        ]
        guard let object = ObjectReader(value, fields: all, &errors) else { return nil }
        let before = errors.total
        let kind = object.required("process", &errors)?.choice(of: Process.self, &errors)
        let duration = object.required("duration_s", &errors)?.number(in: 1e-3...1e8, &errors)
        guard let kind else { return nil }
        let wanted: [StaticString]
        switch kind {
        case .poisson: wanted = ["requests_per_second"]
        case .gamma: wanted = ["requests_per_second", "cv"]
        case .sinusoid: wanted = ["min_requests_per_second", "max_requests_per_second", "period_s", "cv"]
        case .steps: wanted = ["steps", "cv"]
        }
        for name in all.dropFirst(2) where !wanted.contains(where: { $0.description == name.description }) {
            if let given = object.optional(name) { errors.add(given, "is not known to a \(kind.rawValue) process") }
        }
        var variation = 1.0
        if kind == .gamma {
            variation = object.required("cv", &errors)?.number(in: 0...20, &errors) ?? 1
        } else if let given = object.optional("cv") {
            variation = given.number(in: 0...20, &errors) ?? 1
        }
        let rate = rate(kind, object, &errors)
        guard let rate, let duration, errors.total == before else { return nil }
        return errors.checked(
            request,
            try ReplayProcess(
                rate: rate, variation: variation, duration: duration, workload: workload,
                cachedFraction: cachedFraction))
    }

    private static func rate(_ kind: Process, _ object: ObjectReader, _ errors: inout ValidationErrors) -> RateProfile?
    {
        switch kind {
        case .poisson, .gamma:
            guard let rate = object.required("requests_per_second", &errors)?.number(&errors) else { return nil }
            return errors.checked(object.value, try RateProfile(constant: rate))
        case .sinusoid:
            let least = object.required("min_requests_per_second", &errors)?.number(&errors)
            let most = object.required("max_requests_per_second", &errors)?.number(&errors)
            let period = object.required("period_s", &errors)?.number(&errors)
            guard let least, let most, let period else { return nil }
            return errors.checked(object.value, try RateProfile(sinusoid: least, most, period: period))
        case .steps:
            guard let elements = object.required("steps", &errors)?.array(limit: 100_000, &errors) else { return nil }
            let before = errors.total
            var steps: [(time: Double, rate: Double)] = []
            for element in elements {
                guard let step = ObjectReader(element, fields: ["t_s", "requests_per_second"], &errors) else {
                    continue
                }
                let time = step.required("t_s", &errors)?.number(&errors)
                let rate = step.required("requests_per_second", &errors)?.number(&errors)
                if let time, let rate { steps.append((time, rate)) }
            }
            guard errors.total == before else { return nil }
            return errors.checked(object.value, try RateProfile(steps: steps))
        }
    }
}
