import JSON
import Planning

/// `/v1/plan`: how many of what, under limits.
public struct PlanOperation: JSONOperation {
    public static let name: StaticString = "/v1/plan"

    public init() {}

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> PlanRequest? {
        PlanRequest.decode(json, &errors)
    }

    /// Deriving a pair takes up to a millisecond, and searching it with one number of FFN instances and of microbatches some tens of
    /// microseconds; the search ends at its bound of boxes, which also bounds its memory.
    public static func estimate(_ input: PlanRequest) -> WorkEstimate {
        let pairs = Double(input.hardware.count)
        let spaces = pairs * Double(input.limits.maximumFFNInstances * input.limits.microbatches.count)
        return WorkEstimate(time: 20e-3 + 0.5e-3 * pairs + 50e-6 * spaces, memory: 32e6)
    }

    public func run(_ input: PlanRequest, _ context: OperationContext) throws(ProblemDocument) -> PlanAnswer {
        let (problem, derivation) = try input.problem()
        do throws(PlanError) {
            let plan = try problem.solve(stop: context.isCancelled)
            return PlanAnswer(plan, of: problem, to: input, derivation: derivation)
        } catch {
            switch error {
            case .cancelled: throw ProblemDocument(.unavailable, "The plan was stopped.", retryAfter: 1)
            case .infeasible(let infeasibility):
                throw ProblemDocument(
                    .unprocessableContent, "No deployment meets the limits.",
                    errors: infeasibility.conflicts.map { FieldError(path: $0.field, detail: $0.detail) })
            }
        }
    }

    public static func write(_ output: PlanAnswer, into writer: inout JSONWriter) { output.write(into: &writer) }

    public static func expectedLength(_ output: PlanAnswer) -> Int { 8192 }
}
