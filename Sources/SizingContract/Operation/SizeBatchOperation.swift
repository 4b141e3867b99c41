import JSON

/// `/v1/size/batch`: many sizings at once, each answered or refused by itself, in order.
public struct SizeBatchOperation: JSONOperation {
    public static let name: StaticString = "/v1/size/batch"
    public static let remedy: StaticString =
        "send fewer requests, lower max_ratio, or leave out include"
    public static let maximumRequests = 1_000
    /// Errors that are listed of all requests together; of those beyond, one each.
    static let maximumErrors = 2_000
    /// Hundreds of small requests by name, each with latencies to be derived.
    public static let decodingTimePerByte = 400e-9

    /// A sizing, or why there is none.
    public enum Element<Value: Sendable>: Sendable {
        case value(Value)
        case refused(ProblemDocument)
        /// Nobody waits for it any more.
        case cancelled
    }

    private let size: SizeOperation

    public init(_ size: SizeOperation = SizeOperation()) { self.size = size }

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> [Element<SizeRequest>]? {
        let elements = ObjectReader(json, fields: ["requests"], &errors)?
            .required("requests", &errors)?
            .array(limit: Self.maximumRequests, &errors)
        guard let elements, errors.isEmpty else { return nil }
        var listed = Self.maximumErrors
        return elements.map { element in
            var own = ValidationErrors(listing: max(1, min(ValidationErrors.listed, listed)))
            defer { listed -= own.list.count }
            let request = size.decode(element, &own)
            if let simulation = request?.simulation {
                own.add(simulation.value, "must not be part of a batch: ask for it by itself")
            }
            guard let request, own.isEmpty else { return .refused(ProblemDocument(own)) }
            return .value(request)
        }
    }

    public static func readingEstimate(_ json: JSONValue) -> WorkEstimate {
        guard let requests = json["requests"], requests.kind == .array, requests.count <= maximumRequests else {
            return WorkEstimate(time: 0)
        }
        return requests.elements.reduce(WorkEstimate(time: 0)) { $0 + SizeOperation.readingEstimate($1) }
    }

    /// The sum of all, but for the curves, whose points are bounded together.
    public static func estimate(_ input: [Element<SizeRequest>]) -> WorkEstimate {
        var estimate = input.reduce(WorkEstimate(time: 0)) { sum, element in
            guard case .value(let request) = element else { return sum }
            return sum + SizeOperation.estimate(request)
        }
        let most = 64 * 1024 * Double(input.count) + CurveBudget.bytes(points: CurveBudget.maximumPoints)
        estimate.memory = min(estimate.memory, most)
        return estimate
    }

    public func run(
        _ input: [Element<SizeRequest>], _ context: OperationContext
    ) throws(ProblemDocument) -> [Element<SizeAnswer>] {
        var curves = CurveBudget()
        return input.map { element in
            if context.isCancelled() { return .cancelled }
            switch element {
            case .value(let request):
                do throws(ProblemDocument) {
                    return .value(try size.run(request, context, &curves))
                } catch {
                    if context.isCancelled() { return .cancelled }
                    return .refused(error)
                }
            case .refused(let problem): return .refused(problem)
            case .cancelled: return .cancelled
            }
        }
    }

    public static func write(_ output: [Element<SizeAnswer>], into writer: inout JSONWriter) {
        writer.beginObject()
        writer.array("results", output) { writer, element in
            switch element {
            case .value(let answer): answer.write(into: &writer)
            case .refused(let problem): problem.write(into: &writer)
            case .cancelled: writer.null()
            }
        }
        writer.endObject()
    }

    public static func expectedLength(_ output: [Element<SizeAnswer>]) -> Int { 1024 * (output.count + 1) }
}
