import JSON
import Numerics
import Simulation
import Sizing
import Text

/// A checked `POST /v1/simulate`.
struct SimulateRequest: Sendable {
    var job: SimulationService.Job
    var settings: SimulationSettings
    var assumptions: [StaticString]
    /// The same for hardware that was derived from names.
    var derivation: [String]
    var hash: SipHash128.Value

    static let fields: [StaticString] =
        ["workload", "hardware", "batch_size", "microbatches", "ratios"] + SimulationSettings.fields

    /// Reads a request, or adds everything that is wrong with it to `problems`.
    static func decode(
        _ value: JSONValue, _ limits: SimulationLimits, _ problems: inout Problems
    ) -> SimulateRequest? {
        guard let object = ObjectReader(value, fields: fields, &problems) else { return nil }
        var assumptions: [StaticString] = []
        let workload = object.required("workload", &problems)
            .flatMap { WorkloadSchema.decode($0, &problems, &assumptions) }
        let hardwareValue = object.required("hardware", &problems)
        let hardware = hardwareValue.flatMap { HardwareSchema.read($0, &problems, &assumptions) }
        let batchSize = object.required("batch_size", &problems)?
            .integer(in: 1...SizingLimits.maximumBatchSize, &problems)
        let microbatches = object.optional("microbatches")?
            .integer(in: 1...SizingLimits.maximumMicrobatches, &problems)
        let ratios = object.required("ratios", &problems).flatMap { decodeRatios($0, &problems) }
        let settings = SimulationSettings.decode(object, limits, &problems)
        guard let workload, let hardware, let batchSize, let ratios, problems.isEmpty else { return nil }
        let stages = problems.checked(hardwareValue ?? value, try hardware.stages(batchSize: batchSize))
        guard let stages else { return nil }
        if let assumption = hardware.assumption(batchSize: batchSize) { assumptions.append(assumption) }
        let problem = problems.checkedSimulation(value) { () throws(SimulationError) in
            try SimulationProblem(
                workload: workload, stages: stages, batchSize: batchSize, microbatches: microbatches, ratios: ratios,
                requestsPerInstance: settings.requestsPerInstance, start: settings.start,
                seed: UInt64(settings.seed))
        }
        guard let problem else { return nil }
        assumptions.append(Self.overlap(microbatches))
        let job = SimulationService.Job(
            problem: problem, key: CacheKey.of(value, purpose: "simulate"),
            deadline: SimulationService.now() + Double(settings.timeout))
        return SimulateRequest(
            job: job, settings: settings, assumptions: assumptions,
            derivation: hardware.derived?.assumptions ?? [], hash: value.canonicalHash())
    }

    private static func overlap(_ microbatches: Int?) -> StaticString {
        microbatches == nil
            ? "stages overlap perfectly, in lock-step"
            : "microbatches are served one at a time in order; messages take half of the communication time each way"
    }

    private static func decodeRatios(_ value: JSONValue, _ problems: inout Problems) -> [Int]? {
        guard let elements = value.array(limit: SimulationProblem.maximumRatios, &problems) else { return nil }
        var ratios: [Int] = []
        for element in elements {
            guard let ratio = element.integer(in: 1...SizingLimits.maximumRatio, &problems) else { continue }
            if ratios.contains(ratio) { problems.add(element, "must not be given twice") }
            ratios.append(ratio)
        }
        if value.count == 0 { problems.add(value, "must have at least one element") }
        return ratios
    }
}

extension Problems {
    /// Runs a throwing step of the simulation and blames the part of `value` that it names.
    mutating func checkedSimulation<T>(_ value: JSONValue, _ make: () throws(SimulationError) -> T) -> T? {
        do throws(SimulationError) {
            return try make()
        } catch {
            add(value, error)
            return nil
        }
    }

    /// Blames the part of `value` that a simulation cannot be made of.
    mutating func add(_ value: JSONValue, _ error: SimulationError) {
        let problem: InvalidInput
        switch error {
        case .invalid(let field, let rule): problem = InvalidInput(field: field, rule: rule)
        case .momentsOnly:
            problem = InvalidInput(
                field: "workload",
                rule: "must describe requests to be simulated: of a slot_load only the moments are known")
        case .tooMuchWork(let estimate, let bound):
            problem = InvalidInput(
                field: "requests_per_instance",
                rule: "makes an estimated \(Self.count(estimate)) completions and worker-steps over all ratios; "
                    + "the bound is \(Self.count(bound))")
        case .tooMuchMemory(let estimate, let bound):
            problem = InvalidInput(
                field: "batch_size",
                rule: "makes slots of an estimated \(Self.count(estimate)) bytes at the largest ratio; the bound is "
                    + "\(Self.count(bound))")
        case .timedOut, .cancelled: problem = InvalidInput(field: "timeout_ms", rule: "was reached")
        }
        add(value, problem)
    }

    /// A whole number where it is short, else 1.2e+15.
    private static func count(_ value: Double) -> String {
        value < 1e15 ? "\(Int(value.rounded(.up)))" : "\(value)"
    }
}
