import Calibration
import JSON
import Text

/// `/v1/workload`: a trace in, the statistics of the load that it makes out. Its input comes from a ``TraceReader``.
public struct WorkloadOperation: Operation {
    public static let name: StaticString = "/v1/workload"
    public static let remedy: StaticString =
        "send fewer rows"

    public init() {}

    /// The statistics go over the cells of the histogram a few times; the answer holds the histogram.
    public static func estimate(_ input: TraceSummary) -> WorkEstimate {
        let cells = Double(input.histogram.cells.count)
        return WorkEstimate(time: 1e-3 + 2e-6 * cells, memory: 200 * cells)
    }

    public func run(_ input: TraceSummary, _ context: OperationContext) throws(ProblemDocument) -> TraceAnswer {
        do throws(InvalidInput) {
            return TraceAnswer(input, try TraceStatistics(input))
        } catch {
            throw ProblemDocument(.unprocessableContent, error.description)
        }
    }

    public static func write(_ output: TraceAnswer, into writer: inout JSONWriter) { output.write(into: &writer) }

    public static func expectedLength(_ output: TraceAnswer) -> Int { 1 << 16 }
}
