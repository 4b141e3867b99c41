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

/// `/v1/workload` of the metrics of an engine: two histograms of lengths in, the load that they make out. Its input comes from a
/// ``WorkloadReader``.
public struct MetricsWorkloadOperation: Operation {
    public static let name = WorkloadOperation.name

    public init() {}

    /// The load is worked out as it is read, in some milliseconds at the most.
    public static func estimate(_ input: MetricsWorkload) -> WorkEstimate { WorkEstimate(time: 1e-3, memory: 65_536) }

    public func run(_ input: MetricsWorkload, _ context: OperationContext) throws(ProblemDocument) -> MetricsAnswer {
        MetricsAnswer(input)
    }

    public static func write(_ output: MetricsAnswer, into writer: inout JSONWriter) { output.write(into: &writer) }

    public static func expectedLength(_ output: MetricsAnswer) -> Int { 1 << 13 }
}
