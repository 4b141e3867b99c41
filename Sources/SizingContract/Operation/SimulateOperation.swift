import Calibration
import JSON
import Simulation
import Text

/// `/v1/simulate`: the simulation alone, over given ratios.
public struct SimulateOperation: JSONOperation {
    public static let name: StaticString = "/v1/simulate"
    public static let remedy: StaticString =
        "lower requests_per_instance, batch_size or microbatches, or ask for fewer ratios"
    public static let canReportProgress = true

    private let simulations: Simulations

    public init(_ simulations: Simulations = Simulations()) { self.simulations = simulations }

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> SimulateRequest? {
        SimulateRequest.decode(json, simulations.limits, &errors)
    }

    public static func readingEstimate(_ json: JSONValue) -> WorkEstimate { HardwareSchema.readingEstimate(json) }

    /// A unit of work takes some ten to twenty nanoseconds. Drawing the first loads takes a millisecond at least.
    public static func estimate(_ input: SimulateRequest) -> WorkEstimate {
        WorkEstimate(
            time: 2e-3 + 15e-9 * input.problem.estimatedWork,
            memory: 128 * 1024 + 4096 * Double(input.problem.ratios.count) + input.problem.estimatedMemory)
    }

    public func admit(_ input: SimulateRequest) throws(ProblemDocument) {
        try simulations.admit(input.problem, of: input.value)
    }

    public static func reportsProgress(_ input: SimulateRequest) -> Bool { true }

    public func run(
        _ input: SimulateRequest, _ context: OperationContext
    ) throws(ProblemDocument) -> SimulationAnswer {
        let result = try simulations.result(
            of: input.problem, request: input.value, purpose: "simulate", timeout: input.settings.timeout,
            value: input.value, context)
        return SimulationAnswer(
            request: input, result: result, warnings: input.warnings + Self.warnings(input, result),
            hash: input.value.canonicalHash())
    }

    /// Whether what came out can be, where latencies were given.
    private static func warnings(_ input: SimulateRequest, _ result: SimulationResult) -> [Warning] {
        guard input.derivation.isEmpty, let tpot = result.best(cost: .equal)?.timePerToken?.mean else { return [] }
        let load =
            input.problem.occupancy * Double(input.problem.batchSize) * input.problem.workload.slotLoad.mean
        return SizingPlausibility.warnings(
            tpot: tpot, load: load, latency: input.problem.stages.attention.latency(at: load))
    }

    public static func write(_ output: SimulationAnswer, into writer: inout JSONWriter) {
        output.write(into: &writer)
    }

    public static func expectedLength(_ output: SimulationAnswer) -> Int { 1024 + 640 * output.result.points.count }
}
