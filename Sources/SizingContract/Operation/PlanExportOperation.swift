import JSON
import Text

/// `POST /v1/plan?export=…`: a plan in the terms of what runs it.
public struct PlanExportOperation: JSONOperation {
    public static let name = PlanOperation.name
    public static let remedy = PlanOperation.remedy

    private let plan = PlanOperation()
    private let format: ExportFormat

    public init(_ format: ExportFormat) { self.format = format }

    /// A plan that is asked for, with the text of the question: what was given is not in the answer.
    public struct Input: Sendable {
        let request: PlanRequest
        let json: JSONValue
    }

    public struct Output: Sendable {
        let format: ExportFormat
        let deployment: ExportedDeployment
        let export: PlanExport
        /// Of the plan.
        let answer: JSONValue
    }

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> Input? {
        plan.decode(json, &errors).map { Input(request: $0, json: json) }
    }

    public static func readingEstimate(_ json: JSONValue) -> WorkEstimate { PlanOperation.readingEstimate(json) }

    public static func estimate(_ input: Input) -> WorkEstimate { PlanOperation.estimate(input.request) }

    public func run(_ input: Input, _ context: OperationContext) throws(ProblemDocument) -> Output {
        let text = try plan.answer(to: input.request, pretty: false, context)
        guard let answer = try? JSONDocument(parsing: text).root,
            let deployment = ExportedDeployment(answer: answer, request: input.json)
        else { throw .internal }
        do throws(InvalidInput) {
            return Output(
                format: format, deployment: deployment, export: try format.export(deployment), answer: answer)
        } catch {
            throw ProblemDocument(error, at: "")
        }
    }

    public static func write(_ output: Output, into writer: inout JSONWriter) {
        output.export.write(output.format, output.deployment, of: output.answer, into: &writer)
    }

    public static func expectedLength(_ output: Output) -> Int { 4096 }
}
