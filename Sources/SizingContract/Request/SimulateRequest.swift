import Calibration
import Hardware
import JSON
import Simulation
import Sizing
import SizingNumerics
import Text

/// A checked `POST /v1/simulate`.
public struct SimulateRequest: Sendable {
    var problem: SimulationProblem
    var settings: SimulationSettings
    var assumptions: [StaticString]
    /// The same for hardware that was derived from names.
    var derivation: [String]
    /// What reading the workload, fitting the hardware and using both at these ratios gave cause for.
    var warnings: [Warning]
    /// The whole request.
    var value: JSONValue

    static let fields: [StaticString] =
        ["workload", "hardware", "batch_size", "microbatches", "ratios"] + ScatterSchema.fields
        + SimulationSettings.fields

    /// Reads a request, or adds everything that is wrong with it to `errors`.
    static func decode(
        _ value: JSONValue, _ limits: SimulationLimits, _ errors: inout ValidationErrors
    ) -> SimulateRequest? {
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        var assumptions: [StaticString] = []
        let workload = object.required("workload", &errors)
            .flatMap { WorkloadSchema.decode($0, &errors, &assumptions) }
        let hardwareValue = object.required("hardware", &errors)
        let hardware = hardwareValue.flatMap { HardwareSchema.read($0, &errors, &assumptions) }
        let batchSize = object.required("batch_size", &errors)?
            .integer(in: 1...SizingLimits.maximumBatchSize, &errors)
        let microbatches = object.optional("microbatches")?
            .integer(in: 1...SizingLimits.maximumMicrobatches, &errors)
        let ratios = object.required("ratios", &errors).flatMap { decodeRatios($0, &errors) }
        let scatter = ScatterSchema.decode(object, &errors)
        let settings = SimulationSettings.decode(object, limits, &errors)
        guard let workload, let hardware, let batchSize, let ratios, errors.isEmpty else { return nil }
        let stages = errors.checked(
            hardwareValue ?? value, try hardware.stages(batchSize: batchSize, occupancy: scatter.occupancy))
        guard let stages else { return nil }
        if let assumption = hardware.assumption(batchSize: batchSize) { assumptions.append(assumption) }
        let problem = errors.checkedSimulation(
            value,
            try SimulationProblem(
                workload: workload.workload, stages: stages, batchSize: batchSize, microbatches: microbatches,
                occupancy: scatter.occupancy, jitter: scatter.jitter, ratios: ratios,
                requestsPerInstance: settings.requestsPerInstance, start: settings.start,
                seed: UInt64(settings.seed)))
        guard let problem else { return nil }
        assumptions.append(Self.overlap(microbatches))
        assumptions += OmittedOptions.lines(of: value)
        return SimulateRequest(
            problem: problem, settings: settings, assumptions: assumptions,
            derivation: hardware.derived?.assumptions ?? [],
            warnings: workload.warnings + hardware.warnings + Self.warnings(problem, hardware), value: value)
    }

    /// Those of the bundles to be simulated: beyond what was measured, or beyond the devices' memory.
    private static func warnings(_ problem: SimulationProblem, _ hardware: CheckedHardware) -> [Warning] {
        let context = problem.workload.slotLoad.mean
        if let derived = hardware.derived {
            let load = problem.workload.slotLoad
            let shortages = (try? MemoryBudget(derived.description, slotLoad: load))?
                .shortages(batchSize: problem.batchSize, microbatches: problem.microbatches ?? 1)
            return shortages?.map {
                Warning(code: "beyond_memory", detail: $0.detail, pointer: "/" + $0.field.replacing(".", with: "/"))
            } ?? []
        }
        // The largest and the smallest ratio are farthest out; one of each kind is enough.
        var found: [Warning] = []
        for ratio in [problem.ratios.max(), problem.ratios.min()].compactMap({ $0 }) {
            let warnings = hardware.ranges.warnings(
                batchSize: problem.batchSize, meanContext: context, ratio: Double(ratio),
                communicationLoad: problem.stages.communicationLoad, occupancy: problem.occupancy)
            found = WarningSchema.joined(found, sent: warnings)
        }
        return found
    }

    private static func overlap(_ microbatches: Int?) -> StaticString {
        microbatches == nil
            ? "stages overlap perfectly, in lock-step"
            : "microbatches are served one at a time in order; each direction of the link carries one at a time, the rest of its time is delay"
    }

    private static func decodeRatios(_ value: JSONValue, _ errors: inout ValidationErrors) -> [Int]? {
        guard let elements = value.array(limit: SimulationProblem.maximumRatios, &errors) else { return nil }
        var ratios: [Int] = []
        for element in elements {
            guard let ratio = element.integer(in: 1...SizingLimits.maximumRatio, &errors) else { continue }
            if ratios.contains(ratio) { errors.add(element, "must not be given twice") }
            ratios.append(ratio)
        }
        if value.count == 0 { errors.add(value, "must have at least one element") }
        return ratios
    }
}
