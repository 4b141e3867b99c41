import Calibration
import JSON

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
