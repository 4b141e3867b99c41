import JSON

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
