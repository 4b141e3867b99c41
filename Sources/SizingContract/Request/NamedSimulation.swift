import Planning
import Simulation
import Sizing

/// A simulation by the names of model and devices: what is left out is chosen as for a ``NamedSizing``.
public struct NamedSimulation: Sendable {
    /// The bundle; what its answer would hold beside the recommendation is not asked for.
    public var sizing: NamedSizing
    /// nil for those around the recommended one.
    public var ratios: [Int]?

    public init(_ sizing: NamedSizing, ratios: [Int]? = nil) {
        self.sizing = sizing
        self.ratios = ratios
    }

    /// The text of the `POST /v1/simulate` that asks the same, and what was chosen for it, as short sentences.
    ///
    /// - Throws: why there is none, and 503 where `context` is cancelled.
    public func request(_ context: OperationContext) throws(ProblemDocument) -> (text: [UInt8], chosen: [String]) {
        let closed = try sizing.closed(context)
        if let ratios { return (sizing.text(closed, ratios: ratios), closed.chosen) }
        let problem = closed.problem
        let solution = try problem.solution { () throws(ProblemDocument) in try context.check() }
        let around = solution.answer.ratiosToSimulate(upTo: problem.maximumRatio)
        let recommended = Int(solution.answer.recommendation.ratio)
        return (
            sizing.text(closed, ratios: around), closed.chosen + ["ratios around the recommended \(recommended) chosen"]
        )
    }
}

/// The flags of a simulation by name, which are those of `GET /v1/size` with the ratios to be simulated.
public enum SimulateQuery {
    public static let names =
        SizeQuery.names.filter { $0 != "include" && $0 != "pretty" } + ["ratio"]

    /// The input.
    ///
    /// - Parameter items: names and values, nothing encoded; `ratio` has whole numbers with commas between them.
    /// - Throws: as ``SizeQuery/decode(_:)`` does.
    public static func decode(_ items: [(name: String, value: String)]) throws(ProblemDocument) -> NamedSimulation {
        let query = try Query(items, names: names)
        let sizing = try SizeQuery.decode(items.filter { $0.name != "ratio" }).0
        var ratios: [Int]?
        if let text = query["ratio"] {
            let range = 1...SizingLimits.maximumRatio
            let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
                .map { Query.wholeNumber(String($0)).flatMap { range.contains($0) ? $0 : nil } }
            guard numbers.allSatisfy({ $0 != nil }) else {
                throw .parameter("ratio", "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            ratios = numbers.compactMap { $0 }
        }
        return NamedSimulation(sizing, ratios: ratios)
    }
}
