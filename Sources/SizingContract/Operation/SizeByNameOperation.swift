import JSON

/// `GET /v1/size`: a sizing for callers that name a model and devices and leave the rest open.
public struct SizeByNameOperation: Operation {
    public static let name = SizeOperation.name

    public static let remedy: StaticString = "lower max_ratio, or give batch_size"

    private let size = SizeOperation()

    public init() {}

    /// Choosing a batch is a small plan.
    public static func estimate(_ input: NamedSizing) -> WorkEstimate {
        WorkEstimate(time: input.batchSize == nil ? 10e-3 : 2e-3, memory: 4e6)
    }

    public func run(_ input: NamedSizing, _ context: OperationContext) throws(ProblemDocument) -> SizeAnswer {
        try size.run(try input.request(context), context)
    }

    public static func write(_ output: SizeAnswer, into writer: inout JSONWriter) { output.write(into: &writer) }
}
