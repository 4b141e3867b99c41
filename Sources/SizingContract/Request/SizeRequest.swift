import Calibration
import Hardware
import JSON
import Planning
import Simulation
import Sizing
import SizingNumerics
import Text

/// A checked `POST /v1/size`.
public struct SizeRequest: Sendable {
    /// What the answer holds beside the recommendation.
    public enum Part: String, CaseIterable, Sendable {
        case curve
    }

    var problem: SizingProblem
    public var include: Set<Part>
    /// Whether the answer gives throughput per cost.
    var hasCost: Bool
    /// Whether the caller bounded the ratio.
    var hasMaximumRatio: Bool
    /// The simulation to run beside.
    var simulation: Simulation?
    /// What was assumed, as short sentences, in the order of the request.
    var assumptions: [StaticString]
    /// What the latencies are derived from, where hardware is named.
    var derivedHardware: DerivedHardware?
    /// Where requests gain several tokens a step: every depth that is asked about, of which the best is the answer. `problem`
    /// and `derivedHardware` are those of the first until it is known.
    var depths: DepthSizing?
    /// What was chosen where a query left it out, as short sentences.
    var chosen: [String] = []
    /// Where the workload or the coefficients are measurements: their errors.
    var errors: InputErrors?
    /// What is asked about arrivals; nil for a saturated bundle.
    var open: OpenSizing?
    /// Where the stages were measured.
    var ranges = MeasuredRanges()
    /// What reading the workload and fitting the hardware gave cause for.
    var warnings: [Warning] = []
    /// Where the request stands in what was sent: in a batch it is an element.
    var pointer = ""
    /// Of the canonical text of the request.
    var hash: SipHash128.Value

    /// A simulation around the recommendation.
    struct Simulation: Sendable {
        var settings: SimulationSettings
        /// What asks for it, and what errors of it point into.
        var value: JSONValue
        /// The whole request.
        var request: JSONValue
    }

    /// The most points that the curve can have.
    var curvePoints: Int {
        let limit = hasMaximumRatio ? problem.maximumRatio : SizingProblem.defaultMaximumRatio
        return min(SizingProblem.maximumCurvePoints, limit)
    }

    static let fields: [StaticString] = [
        "workload", "hardware", "batch_size", "microbatches", "max_ratio", "cost", "barrier", "include", "simulation",
        "jitter", "occupancy", "speculation", "arrivals", "limits", "ratio",
    ]

    /// Reads a request, or adds everything that is wrong with it to `errors`.
    static func decode(
        _ value: JSONValue, _ limits: SimulationLimits, _ errors: inout ValidationErrors
    ) -> SizeRequest? {
        guard let object = ObjectReader(value, fields: fields, elsewhere: OpenSizing.elsewhere, &errors) else {
            return nil
        }
        var assumptions: [StaticString] = []
        assumptions.reserveCapacity(8)
        let workload = object.required("workload", &errors)
            .flatMap { WorkloadSchema.decode($0, &errors, &assumptions) }
        let hardwareValue = object.required("hardware", &errors)
        let hardware = hardwareValue.flatMap { HardwareSchema.read($0, &errors, &assumptions) }
        let batchSize = object.required("batch_size", &errors)?
            .integer(in: 1...SizingLimits.maximumBatchSize, &errors)
        let microbatches = object.optional("microbatches")?
            .integer(in: 1...SizingLimits.maximumMicrobatches, &errors)
        let maximumRatio = object.optional("max_ratio")?.integer(in: 1...SizingLimits.maximumRatio, &errors)
        let cost = object.optional("cost").flatMap { decodeCost($0, &errors) }
        let barrier = object.optional("barrier")?.choice(of: BarrierMethod.self, &errors) ?? .automatic
        let include = object.optional("include").map { decodeInclude($0, &errors) } ?? []
        let simulation = object.optional("simulation").flatMap { decodeSimulation($0, of: value, limits, &errors) }
        let scatter = ScatterSchema.decode(object, &errors)
        var ofArrivals: [StaticString] = []
        let parts = OpenSizing.decode(object, &errors, &ofArrivals)
        let speculation = object.optional("speculation").flatMap { SpeculationSchema.decode($0, &errors) }
        if let given = object.optional("speculation") {
            if let hardwareValue, !HardwareDescriptionSchema.matches(hardwareValue) {
                errors.add(given, "needs hardware by name: coefficients already say what a step takes")
            }
            if simulation != nil {
                errors.add(given, "must not be given together with simulation, whose requests gain one token a step")
            }
        }
        if simulation != nil, let workload, case .moments = workload.workload.requests {
            errors.add(value, .momentsOnly)
        }
        guard let workload, let hardware, let batchSize, errors.isEmpty else { return nil }
        let ratio = maximumRatio ?? SizingProblem.defaultMaximumRatio
        var open: OpenSizing?
        if let parts {
            let load = errors.checked(value, try OpenLoad(workload.workload))
            guard let load else { return nil }
            open = OpenSizing(
                arrivals: parts.arrivals, limits: parts.limits, ratio: parts.ratio, load: load, hardware: hardware)
        }
        var depths: DepthSizing?
        if let speculation, let hardwareValue {
            guard let choices = HardwareDescriptionSchema.choices(hardwareValue, speculation, lists: false, &errors)
            else { return nil }
            depths = errors.checked(
                hardwareValue,
                try DepthSizing(
                    choices, workload: workload.workload, batchSize: batchSize, microbatches: microbatches,
                    maximumRatio: ratio, cost: cost ?? .equal, barrierMethod: barrier, occupancy: scatter.occupancy,
                    jitter: scatter.jitter))
            guard depths != nil else { return nil }
        }
        let stages = errors.checked(
            hardwareValue ?? value, try hardware.stages(batchSize: batchSize, occupancy: scatter.occupancy))
        guard let stages else { return nil }

        if let assumption = hardware.assumption(batchSize: batchSize) { assumptions.append(assumption) }
        if microbatches == nil { assumptions.append("stages overlap perfectly, in lock-step") }
        assumptions += ofArrivals
        assumptions += OmittedOptions.lines(of: value)
        let problem = errors.checked(
            value,
            try SizingProblem(
                workload: workload.workload, stages: stages, batchSize: batchSize, microbatches: microbatches,
                maximumRatio: ratio, cost: cost ?? .equal, barrierMethod: barrier, occupancy: scatter.occupancy,
                jitter: scatter.jitter))
        guard let problem else { return nil }
        return SizeRequest(
            problem: problem, include: include, hasCost: cost != nil,
            hasMaximumRatio: maximumRatio != nil, simulation: simulation, assumptions: assumptions,
            derivedHardware: hardware.derived, depths: depths,
            errors: hardware.errors(
                batchSize: ScatterSchema.occupied(batchSize, scatter.occupancy), load: workload.errors), open: open,
            ranges: hardware.ranges,
            warnings: workload.warnings + hardware.warnings, pointer: value.pointer, hash: value.canonicalHash())
    }

    private static func decodeSimulation(
        _ value: JSONValue, of request: JSONValue, _ limits: SimulationLimits, _ errors: inout ValidationErrors
    ) -> Simulation? {
        guard let object = ObjectReader(value, fields: SimulationSettings.fields, &errors) else { return nil }
        return Simulation(
            settings: SimulationSettings.decode(object, limits, &errors), value: value, request: request)
    }

    private static func decodeCost(_ value: JSONValue, _ errors: inout ValidationErrors) -> InstanceCost? {
        let object = ObjectReader(value, fields: ["attention_instance", "ffn_instance"], &errors)
        let attention = object?.required("attention_instance", &errors)?.number(in: 1e-9...1e12, &errors)
        let ffn = object?.required("ffn_instance", &errors)?.number(in: 1e-9...1e12, &errors)
        guard let attention, let ffn else { return nil }
        return errors.checked(value, try InstanceCost(attention: attention, ffn: ffn))
    }

    private static func decodeInclude(_ value: JSONValue, _ errors: inout ValidationErrors) -> Set<Part> {
        var parts: Set<Part> = []
        guard let elements = value.array(limit: Part.allCases.count, &errors) else { return [] }
        for element in elements {
            guard let part = element.choice(of: Part.self, &errors) else { continue }
            if !parts.insert(part).inserted { errors.add(element, "must not be given twice") }
        }
        return parts
    }
}
