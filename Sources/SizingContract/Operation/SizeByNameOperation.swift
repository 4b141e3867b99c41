import JSON
import Sizing

/// `GET /v1/size`: a sizing for callers that name a model and devices and leave the rest open.
public struct SizeByNameOperation: Operation {
    public static let name = SizeOperation.name

    public static let remedy: StaticString = "lower max_ratio, or give batch_size"

    private let size = SizeOperation()

    public init() {}

    /// Choosing a batch is a small plan.
    public static func estimate(_ input: NamedSizing) -> WorkEstimate {
        var estimate = WorkEstimate(time: input.batchSize == nil ? 10e-3 : 2e-3, memory: 4e6)
        if input.include.contains(.curve) {
            let points = input.maximumRatio ?? SizingProblem.defaultMaximumRatio
            // A point of a curve takes two evaluations of the barrier, and its text.
            estimate.time += 20e-6 * Double(points)
            estimate.memory += CurveBudget.bytes(points: points)
        }
        return estimate
    }

    public func run(_ input: NamedSizing, _ context: OperationContext) throws(ProblemDocument) -> SizeAnswer {
        try size.run(try input.request(context), context)
    }

    public static func write(_ output: SizeAnswer, into writer: inout JSONWriter) { output.write(into: &writer) }
}
