import JSON
import Planning

/// `/v1/plan`: how many of what, under limits.
public struct PlanOperation: JSONOperation {
    public static let name: StaticString = "/v1/plan"

    public init() {}

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> PlanRequest? {
        PlanRequest.decode(json, &errors)
    }

    /// Searching a pair takes some tens of milliseconds, and the tables of its evaluators some megabytes.
    public static func estimate(_ input: PlanRequest) -> WorkEstimate {
        let limits = input.problem.limits
        let spaces = Double(input.problem.pairs.count * limits.maximumFFNInstances * limits.microbatches.count)
        return WorkEstimate(time: 10e-3 * spaces, memory: 4e6 * spaces)
    }

    public func run(_ input: PlanRequest, _ context: OperationContext) throws(ProblemDocument) -> PlanAnswer {
        do throws(Infeasibility) {
            return PlanAnswer(try input.problem.solve(), to: input)
        } catch {
            throw ProblemDocument(
                .unprocessableContent, "No deployment meets the limits.",
                errors: error.conflicts.map { conflict in
                    FieldError(
                        pointer: "/" + conflict.field.split(separator: ".").joined(separator: "/"),
                        detail: conflict.detail)
                })
        }
    }

    public static func write(_ output: PlanAnswer, into writer: inout JSONWriter) { output.write(into: &writer) }

    public static func expectedLength(_ output: PlanAnswer) -> Int { 8192 }
}
