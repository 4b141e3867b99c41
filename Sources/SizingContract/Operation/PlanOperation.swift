import JSON
import Planning
import Sizing
import Text

/// `/v1/plan`: how many of what, under limits.
public struct PlanOperation: JSONOperation {
    public static let name: StaticString = "/v1/plan"
    public static let remedy: StaticString =
        "give fewer devices, degrees or depths, or lower max_ratio, max_ffn_instances or limits.max_batch"

    public init() {}

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> PlanRequest? {
        PlanRequest.decode(json, &errors)
    }

    public static func readingEstimate(_ json: JSONValue) -> WorkEstimate { HardwareSchema.readingEstimate(json) }

    /// Pairs are derived, spaces made, and boxes searched (`PlanEffort`).
    public static func estimate(_ input: PlanRequest) -> WorkEstimate {
        let effort = PlanEffort(
            pairs: input.hardware.count, areDerived: input.hardware.isNamed, segments: input.hardware.segments,
            limits: input.limits)
        var open = input.open == nil ? 0 : 0.1 + 20e-3 * Double(input.hardware.count)
        if input.open?.mixing != nil { open += 0.2 }
        return WorkEstimate(time: effort.time + open, memory: effort.memory)
    }

    /// The answer to a question about saturated bundles, or about arrivals.
    public enum Output: Sendable {
        case saturated(PlanAnswer)
        case open(OpenPlanAnswer)
    }

    public func run(_ input: PlanRequest, _ context: OperationContext) throws(ProblemDocument) -> Output {
        if let open = input.open { return .open(try open.answer(input, context)) }
        return .saturated(try saturated(input, context))
    }

    private func saturated(_ input: PlanRequest, _ context: OperationContext) throws(ProblemDocument) -> PlanAnswer {
        let (problem, derivation) = try input.problem(context)
        try context.check()
        let plan: Plan
        do throws(PlanError) {
            plan = try problem.solve(stop: context.isCancelled)
        } catch {
            throw ProblemDocument(error)
        }
        let answer = PlanAnswer(plan, of: problem, to: input, derivation: derivation, stop: context.isCancelled)
        try context.check()
        return answer
    }

    public static func write(_ output: Output, into writer: inout JSONWriter) {
        switch output {
        case .saturated(let answer): answer.write(into: &writer)
        case .open(let answer): answer.write(into: &writer)
        }
    }

    public static func expectedLength(_ output: Output) -> Int { 8192 }
}

extension ProblemDocument {
    /// Why there is no plan.
    init(_ error: PlanError) {
        switch error {
        case .cancelled: self.init(.unavailable, "The plan was stopped.", retryAfter: 1)
        case .infeasible(let infeasibility):
            self.init(
                .unprocessableContent, "No deployment meets the limits.",
                errors: infeasibility.conflicts.map { FieldError(path: $0.field, detail: $0.detail) })
        }
    }
}

/// `GET /v1/plan`: replicas of each pool for callers that name a model, devices and a rate, and leave the rest open.
public struct PlanByNameOperation: Operation {
    public static let name = PlanOperation.name

    private let plan = PlanOperation()

    public init() {}

    public static func estimate(_ input: NamedPlanning) -> WorkEstimate { WorkEstimate(time: 0.1, memory: 32e6) }

    public func run(
        _ input: NamedPlanning, _ context: OperationContext
    ) throws(ProblemDocument) -> PlanOperation.Output {
        try plan.run(try input.request(), context)
    }

    public static func write(_ output: PlanOperation.Output, into writer: inout JSONWriter) {
        PlanOperation.write(output, into: &writer)
    }

    public static func expectedLength(_ output: PlanOperation.Output) -> Int { 8192 }
}

extension OpenPlanning {
    /// The planning question, with every latency derived, and its answer.
    ///
    /// - Throws: 422 where nothing keeps the limits, or prices are missing; 503 where nobody waits.
    func answer(_ request: PlanRequest, _ context: OperationContext) throws(ProblemDocument) -> OpenPlanAnswer {
        let (saturated, derivation) = try request.problem(context)
        let problem: OpenPlanProblem
        do throws(InvalidInput) {
            var kinds: [PrefillKind] = []
            for kind in prefill {
                let counted = InstancePair.Kind(
                    device: kind.device, devices: kind.devices, price: try request.prices?.ofPrefill(kind, "prices"),
                    power: try request.power.map { rates throws(InvalidInput) in try rates.ofPrefill(kind, "power") }
                        ?? kind.power)
                kinds.append(PrefillKind(kind: counted, time: kind.time))
            }
            problem = try OpenPlanProblem(
                pairs: saturated.pairs, load: load, limits: saturated.limits, service: service,
                objective: target == .lightest ? saturated.objective : .devices, arrivals: arrivals, target: target,
                prefill: kinds, transfer: transfer, routing: routing, mixing: mixing)
        } catch {
            throw ProblemDocument(error, at: "")
        }
        do throws(PlanError) {
            let plan = try problem.solve(stop: context.isCancelled)
            return OpenPlanAnswer(plan, of: problem, to: request, self, derivation: derivation)
        } catch {
            throw ProblemDocument(error)
        }
    }
}
