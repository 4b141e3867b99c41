import Calibration
import Hardware
import JSON
import Simulation
import Sizing
import Text

/// `/v1/size`: a workload and hardware in, the ratio out.
public struct SizeOperation: JSONOperation {
    public static let name: StaticString = "/v1/size"
    public static let remedy: StaticString =
        "lower max_ratio, send fewer samples, or leave out include and simulation"
    public static let canReportProgress = true

    private let simulations: Simulations

    public init(_ simulations: Simulations = Simulations()) { self.simulations = simulations }

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> SizeRequest? {
        SizeRequest.decode(json, simulations.limits, &errors)
    }

    public static func readingEstimate(_ json: JSONValue) -> WorkEstimate { HardwareSchema.readingEstimate(json) }

    /// The recommendation, and what stands beside it. Measured inputs mean some dozen more searches, a curve more evaluations.
    public static func estimate(_ input: SizeRequest) -> WorkEstimate {
        let effort = input.problem.effort
        var time = 20e-6 + effort.recommendation * Double(input.depths?.depths.count ?? 1)
        var memory = 64.0 * 1024
        if input.include.contains(.curve) {
            let points = input.curvePoints
            // The cycle and its parts are two evaluations; a number of the text takes some hundred nanoseconds.
            time += Double(points) * (2 * effort.evaluation + 2e-6)
            memory += CurveBudget.bytes(points: points)
        }
        if input.errors != nil {
            time += Double(SizingUncertainty.mostSearches) * (0.2 * effort.search + 5e-6)
        }
        if let open = input.open {
            let ratios = open.ratio == nil ? OpenRatioSearch.maximumEvaluations : 1
            time += 2e-3 * Double(ratios * (input.depths?.depths.count ?? 1))
            memory += 4e6
        }
        if let simulation = input.simulation {
            let (work, slots) = around(input.problem, simulation.settings)
            time += 2e-3 + 15e-9 * work
            memory += min(SimulationProblem.maximumMemory, slots)
        }
        return WorkEstimate(time: time, memory: memory)
    }

    /// Work and memory of a simulation around the recommendation, which is not known yet: as many ratios of the mean field's.
    private static func around(
        _ problem: SizingProblem, _ settings: SimulationSettings
    ) -> (work: Double, memory: Double) {
        let ratio = Int(max(1, problem.meanFieldRatio))
        let one = try? SimulationProblem(
            workload: problem.workload, stages: problem.stages, batchSize: problem.batchSize,
            microbatches: problem.microbatches, occupancy: problem.parameters.occupancy,
            jitter: problem.parameters.jitter, ratios: [ratio], requestsPerInstance: settings.requestsPerInstance,
            start: settings.start, seed: UInt64(settings.seed))
        return (8 * (one?.estimatedWork ?? 0), 2 * (one?.estimatedMemory ?? 0))
    }

    public static func reportsProgress(_ input: SizeRequest) -> Bool { input.simulation != nil }

    public func run(_ input: SizeRequest, _ context: OperationContext) throws(ProblemDocument) -> SizeAnswer {
        var curves = CurveBudget()
        return try run(input, context, &curves)
    }

    /// The same for one of several whose curves are sent together.
    func run(
        _ input: SizeRequest, _ context: OperationContext, _ curves: inout CurveBudget
    ) throws(ProblemDocument) -> SizeAnswer {
        var input = input
        let solution: SizingSolution
        var open: OpenRecommendation?
        if input.open != nil {
            let found = try OpenRecommendation.find(input, context)
            input.problem = found.problem
            input.derivedHardware = found.hardware
            solution = found.saturated
            open = found
        } else if let best = try input.depths?.best(pause: context.check) {
            input.problem = best.depth.problem
            input.derivedHardware = best.depth.hardware
            solution = SizingSolution(answer: best.answer, model: best.model)
        } else {
            // Not the method itself: a reference to it would allocate.
            solution = try input.problem.solution { () throws(ProblemDocument) in try context.check() }
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
                batchSize: problem.batchSize, meanContext: problem.workload.slotLoad.mean, ratio: best.ratio,
                occupancy: problem.parameters.occupancy),
            memory: memory,
            terms: input.derivedHardware?.terms(
                batchSize: problem.batchSize, meanContext: problem.workload.slotLoad.mean, ratio: best.ratio,
                occupancy: problem.parameters.occupancy),
            uncertainty: open != nil
                ? nil
                : try input.errors.map { errors throws(ProblemDocument) in
                    try SizingUncertainty(
                        problem, best: best, model: solution.model, errors: errors, pause: context.check)
                },
            curve: try curve(input, solution, context, &curves),
            simulated: simulated, open: open, assumptions: Self.assumptions(input, solution, open),
            warnings: Self.warnings(input, best) + (open?.service.warnings.map { $0.below(input.pointer) } ?? []))
    }

    public static func write(_ output: SizeAnswer, into writer: inout JSONWriter) { output.write(into: &writer) }

    /// The curve, where it is asked for.
    ///
    /// - Throws: 422 where the curves that are sent together become too many.
    private func curve(
        _ input: SizeRequest, _ solution: SizingSolution, _ context: OperationContext, _ curves: inout CurveBudget
    ) throws(ProblemDocument) -> [CurvePoint]? {
        guard input.include.contains(.curve) else { return nil }
        let maximum = input.hasMaximumRatio ? input.problem.maximumRatio : nil
        let points = SizingProblem.curveRatios(
            upTo: maximum, including: Int(solution.answer.recommendation.ratio)
        ).count
        guard curves.take(points) else {
            throw ProblemDocument(
                InvalidInput(
                    field: "include",
                    rule: "makes a curve of \(points) points; the curves of one batch may have "
                        + "\(CurveBudget.maximumPoints) together: lower max_ratio, or ask for fewer at once"),
                at: input.pointer)
        }
        return try input.problem.curve(solution, upTo: maximum, pause: context.check)
    }

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
        let load = problem.parameters.requests * context
        return request.ranges.warnings(
            batchSize: problem.batchSize, meanContext: context, ratio: best.ratio,
            communicationLoad: problem.stages.communicationLoad, occupancy: problem.parameters.occupancy)
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
        switch model.assumedLoads {
        case .normal: "barrier: loads of Attention instances are independent and normal"
        case .moments:
            "barrier: loads of Attention instances are independent, with the first three moments of the workload"
        case .distribution:
            "barrier: loads of Attention instances are independent, with the distribution of the workload"
        }
    }
}
