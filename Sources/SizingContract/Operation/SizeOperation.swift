import Calibration
import Hardware
import JSON
import Simulation
import Sizing
import Text

/// `/v1/size`: a workload and hardware in, the ratio out.
public struct SizeOperation: JSONOperation {
    public static let name: StaticString = "/v1/size"
    public static let canReportProgress = true

    private let simulations: Simulations

    public init(_ simulations: Simulations = Simulations()) { self.simulations = simulations }

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> SizeRequest? {
        SizeRequest.decode(json, simulations.limits, &errors)
    }

    /// A recommendation takes some tens of microseconds, or some hundred where the distribution of the loads is worked out.
    /// A point of the curve is another evaluation; measured inputs mean some dozen more sizings.
    public static func estimate(_ input: SizeRequest) -> WorkEstimate {
        var estimate = WorkEstimate(time: 0.3e-3, memory: 64 * 1024)
        if input.include.contains(.curve) { estimate.time += 10e-6 * Double(SizingProblem.maximumCurvePoints) }
        if input.errors != nil { estimate.time += 10e-3 }
        if let depths = input.depths { estimate.time += 1e-3 * Double(depths.depths.count) }
        if let open = input.open {
            let ratios = open.ratio == nil ? OpenRatioSearch.maximumEvaluations : 1
            estimate.time += 2e-3 * Double(ratios * (input.depths?.depths.count ?? 1))
            estimate.memory += 4e6
        }
        // The ratios are not known before the recommendation is: a bundle of the largest number of workers stands for them.
        if input.simulation != nil {
            estimate.time += 0.1
            estimate.memory += SimulationProblem.maximumMemory
        }
        return estimate
    }

    public static func reportsProgress(_ input: SizeRequest) -> Bool { input.simulation != nil }

    public func run(_ input: SizeRequest, _ context: OperationContext) throws(ProblemDocument) -> SizeAnswer {
        var input = input
        let solution: SizingSolution
        var open: OpenRecommendation?
        if input.open != nil {
            let found = try OpenRecommendation.find(input, context)
            input.problem = found.problem
            input.derivedHardware = found.hardware
            solution = found.saturated
            open = found
        } else if let best = input.depths?.best() {
            input.problem = best.depth.problem
            input.derivedHardware = best.depth.hardware
            solution = SizingSolution(answer: best.answer, model: best.model)
        } else {
            solution = input.problem.solution()
        }
        let problem = input.problem
        let memory = try Self.memory(input)
        let best = open?.point ?? solution.answer.recommendation
        var simulated: SizeAnswer.Simulated?
        if let simulation = input.simulation {
            let result = try simulate(simulation, problem, solution.answer, context)
            simulated = SizeAnswer.Simulated(
                result: result, verdict: Verdict(best, result, cost: problem.cost), settings: simulation.settings)
        }
        return SizeAnswer(
            request: input, answer: solution.answer,
            lines: problem.stages.lines(
                batchSize: problem.batchSize, meanContext: problem.workload.slotLoad.mean, ratio: best.ratio),
            memory: memory,
            terms: input.derivedHardware?.terms(
                batchSize: problem.batchSize, meanContext: problem.workload.slotLoad.mean, ratio: best.ratio),
            uncertainty: open != nil
                ? nil
                : input.errors.map {
                    SizingUncertainty(problem, best: best, model: solution.model, errors: $0)
                },
            curve: input.include.contains(.curve)
                ? problem.curve(solution, upTo: input.hasMaximumRatio ? problem.maximumRatio : nil) : nil,
            simulated: simulated, open: open, assumptions: Self.assumptions(input, solution, open),
            warnings: Self.warnings(input, best) + (open?.service.warnings.map { $0.below(input.pointer) } ?? []))
    }

    public static func write(_ output: SizeAnswer, into writer: inout JSONWriter) { output.write(into: &writer) }

    /// Simulates at the ratios around the recommendation.
    private func simulate(
        _ simulation: SizeRequest.Simulation, _ problem: SizingProblem, _ answer: SizingAnswer,
        _ context: OperationContext
    ) throws(ProblemDocument) -> SimulationResult {
        var errors = ValidationErrors()
        let settings = simulation.settings
        let bundle = errors.checkedSimulation(
            simulation.value,
            try SimulationProblem(
                workload: problem.workload, stages: problem.stages, batchSize: problem.batchSize,
                microbatches: problem.microbatches, occupancy: problem.parameters.occupancy,
                jitter: problem.parameters.jitter, ratios: answer.ratiosToSimulate(upTo: problem.maximumRatio),
                requestsPerInstance: settings.requestsPerInstance, start: settings.start,
                seed: UInt64(settings.seed)))
        guard let bundle else { throw ProblemDocument(errors) }
        try simulations.admit(bundle, of: simulation.value)
        return try simulations.result(
            of: bundle, request: simulation.request, purpose: "size", timeout: settings.timeout,
            value: simulation.value, context)
    }

    /// What the batch takes of the devices' memory; nil where latencies are given, since the bytes are then unknown.
    ///
    /// - Throws: 422 with what is needed, what is usable and the largest batch that fits, for each side that has too little.
    private static func memory(_ request: SizeRequest) throws(ProblemDocument) -> MemoryUse? {
        guard let hardware = request.derivedHardware else { return nil }
        let problem = request.problem
        let budget: MemoryBudget
        do throws(InvalidInput) {
            let load = problem.workload.slotLoad
            budget = try MemoryBudget(
                hardware.description, slotLoad: try hardware.description.speculation?.slotLoad(load) ?? load)
        } catch {
            throw ProblemDocument(error, at: request.pointer + "/hardware")
        }
        let microbatches = problem.microbatches ?? 1
        let shortages = budget.shortages(batchSize: problem.batchSize, microbatches: microbatches)
        guard shortages.isEmpty else {
            throw ProblemDocument(
                .unprocessableContent, "The devices' memory does not hold it.",
                errors: shortages.map { FieldError(path: $0.field, below: request.pointer, detail: $0.detail) })
        }
        return budget.use(batchSize: problem.batchSize, microbatches: microbatches)
    }

    /// Those of the request, and those of the recommendation where latencies were given.
    private static func warnings(_ request: SizeRequest, _ best: OperatingPoint) -> [Warning] {
        let found = request.warnings + measured(request, best)
        return request.pointer.isEmpty ? found : found.map { $0.below(request.pointer) }
    }

    /// Those of latencies that were given, at the recommendation.
    private static func measured(_ request: SizeRequest, _ best: OperatingPoint) -> [Warning] {
        guard request.derivedHardware == nil else { return [] }
        let problem = request.problem
        let context = problem.workload.slotLoad.mean
        let load = Double(problem.batchSize) * context
        return request.ranges.warnings(
            batchSize: problem.batchSize, meanContext: context, ratio: best.ratio,
            communicationLoad: problem.stages.communicationLoad)
            + SizingPlausibility.warnings(
                best.cycle, tpot: best.tpot, load: load, latency: problem.stages.attention.latency(at: load))
    }

    private static func assumptions(
        _ request: SizeRequest, _ solution: SizingSolution, _ open: OpenRecommendation?
    ) -> [StaticString] {
        var assumptions = request.assumptions
        assumptions.append(barrierAssumption(solution.model))
        let answer = solution.answer
        let limit = Double(request.problem.maximumRatio)
        if let open, !open.isProven {
            assumptions.append("the search over ratios stopped at its bound of work; a better ratio may exist")
        }
        if answer.recommendation.ratio == limit {
            assumptions.append("the recommendation is the largest ratio considered; a larger one may be better")
        }
        if answer.closedForm.ratio > limit {
            assumptions.append("the mean-field ratio is beyond max_ratio; its cycle is that at max_ratio")
        }
        return assumptions
    }

    private static func barrierAssumption(_ model: any CycleTimeModel) -> StaticString {
        guard let exact = model as? ExactBarrierCycle else {
            return "barrier: loads of Attention instances are independent and normal"
        }
        return exact.isFromDistribution
            ? "barrier: loads of Attention instances are independent, with the distribution of the workload"
            : "barrier: loads of Attention instances are independent, with the first three moments of the workload"
    }
}
