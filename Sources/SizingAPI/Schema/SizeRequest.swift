import Calibration
import Hardware
import JSON
import Numerics
import Simulation
import Sizing
import Text

/// A checked `POST /v1/size`.
struct SizeRequest: Sendable {
    enum Part: String, CaseIterable, Sendable {
        case curve
    }

    var problem: SizingProblem
    var include: Set<Part>
    /// Whether the answer gives throughput per cost.
    var hasCost: Bool
    /// Whether the caller bounded the ratio.
    var hasMaximumRatio: Bool
    /// The simulation to run beside, with the value that asks for it.
    var simulation: (settings: SimulationSettings, value: JSONValue)?
    /// What was taken for granted, as short sentences, in the order of the request.
    var assumptions: [StaticString]
    /// Of the simulation in the result cache.
    var simulationKey: ResultCache.Key?
    /// What the latencies are derived from, where hardware is named.
    var derivedHardware: DerivedHardware?
    /// What was chosen where a query left it out, as short sentences.
    var chosen: [String] = []
    /// Where the workload or the coefficients are measurements: their errors.
    var errors: InputErrors?
    /// Of the canonical text of the request.
    var hash: SipHash128.Value

    static let fields: [StaticString] = [
        "workload", "hardware", "batch_size", "microbatches", "max_ratio", "cost", "barrier", "include", "simulation",
    ]

    /// Reads a request, or adds everything that is wrong with it to `problems`.
    static func decode(
        _ value: JSONValue, _ limits: SimulationLimits, _ problems: inout Problems
    ) -> SizeRequest? {
        guard let object = ObjectReader(value, fields: fields, &problems) else { return nil }
        var assumptions: [StaticString] = []
        assumptions.reserveCapacity(8)
        let workload = object.required("workload", &problems)
            .flatMap { WorkloadSchema.decode($0, &problems, &assumptions) }
        let hardwareValue = object.required("hardware", &problems)
        let hardware = hardwareValue.flatMap { HardwareSchema.read($0, &problems, &assumptions) }
        let batchSize = object.required("batch_size", &problems)?
            .integer(in: 1...SizingLimits.maximumBatchSize, &problems)
        let microbatches = object.optional("microbatches")?
            .integer(in: 1...SizingLimits.maximumMicrobatches, &problems)
        let maximumRatio = object.optional("max_ratio")?.integer(in: 1...SizingLimits.maximumRatio, &problems)
        let cost = object.optional("cost").flatMap { decodeCost($0, &problems) }
        let barrier = object.optional("barrier")?.choice(of: BarrierMethod.self, &problems) ?? .automatic
        let include = object.optional("include").map { decodeInclude($0, &problems) } ?? []
        let simulation = object.optional("simulation").flatMap { decodeSimulation($0, limits, &problems) }
        if simulation != nil, let workload, case .moments = workload.requests { problems.add(value, .momentsOnly) }
        guard let workload, let hardware, let batchSize, problems.isEmpty else { return nil }
        let stages = problems.checked(hardwareValue ?? value, try hardware.stages(batchSize: batchSize))
        guard let stages else { return nil }

        if let assumption = hardware.assumption(batchSize: batchSize) { assumptions.append(assumption) }
        if microbatches == nil { assumptions.append("stages overlap perfectly, in lock-step") }
        let problem = problems.checked(
            value,
            try SizingProblem(
                workload: workload, stages: stages, batchSize: batchSize, microbatches: microbatches,
                maximumRatio: maximumRatio ?? SizingProblem.defaultMaximumRatio, cost: cost ?? .equal,
                barrierMethod: barrier))
        guard let problem else { return nil }
        return SizeRequest(
            problem: problem, include: include, hasCost: cost != nil,
            hasMaximumRatio: maximumRatio != nil, simulation: simulation, assumptions: assumptions,
            simulationKey: simulation.map { _ in CacheKey.of(value, purpose: "size") },
            derivedHardware: hardware.derived, errors: InputErrorsSchema.decode(value, batchSize: batchSize),
            hash: value.canonicalHash())
    }

    private static func decodeSimulation(
        _ value: JSONValue, _ limits: SimulationLimits, _ problems: inout Problems
    ) -> (settings: SimulationSettings, value: JSONValue)? {
        guard let object = ObjectReader(value, fields: SimulationSettings.fields, &problems) else { return nil }
        return (SimulationSettings.decode(object, limits, &problems), value)
    }

    private static func decodeCost(_ value: JSONValue, _ problems: inout Problems) -> InstanceCost? {
        let object = ObjectReader(value, fields: ["attention_instance", "ffn_instance"], &problems)
        let attention = object?.required("attention_instance", &problems)?.number(in: 1e-9...1e12, &problems)
        let ffn = object?.required("ffn_instance", &problems)?.number(in: 1e-9...1e12, &problems)
        guard let attention, let ffn else { return nil }
        return problems.checked(value, try InstanceCost(attention: attention, ffn: ffn))
    }

    private static func decodeInclude(_ value: JSONValue, _ problems: inout Problems) -> Set<Part> {
        var parts: Set<Part> = []
        guard let elements = value.array(limit: Part.allCases.count, &problems) else { return [] }
        for element in elements {
            guard let part = element.choice(of: Part.self, &problems) else { continue }
            if !parts.insert(part).inserted { problems.add(element, "must not be given twice") }
        }
        return parts
    }
}
