import Calibration
import JSON

/// The errors of a request's measured inputs. The request has been read before: what is wrong with it is not said again.
enum InputErrorsSchema {
    /// nil where nothing was measured.
    static func decode(_ request: JSONValue, batchSize: Int) -> InputErrors? {
        var errors = InputErrors()
        var problems = Problems()
        if let workload = request["workload"], workload["sums"] != nil,
            let (_, statistics) = TraceSummarySchema.decode(workload, &problems)
        {
            errors.load = InputErrors.Load(statistics)
        }
        if let hardware = request["hardware"] {
            errors.attention = line(hardware["attention"], batchSize: batchSize)
            errors.ffn = line(hardware["ffn"])
            errors.communication = line(hardware["communication"])
        }
        return errors.isEmpty ? nil : errors
    }

    /// - Parameter batchSize: of a stage whose line may depend on it.
    private static func line(_ stage: JSONValue?, batchSize: Int? = nil) -> InputErrors.Line? {
        guard let stage, LatencyModelSchema.isMeasured(stage) else { return nil }
        var problems = Problems()
        let fitted = LatencyModelSchema.fitted(stage, extraFields: ["load"], &problems)
        guard let batchSize, let byBatch = fitted?.byBatch else { return fitted?.errors }
        return try? byBatch.line(batchSize: batchSize).errors
    }
}

/// How the errors carry over to the sizing, in its answer.
enum UncertaintySchema {
    static func write(_ uncertainty: SizingUncertainty, into writer: inout JSONWriter) {
        writer.array("ratio_interval", [uncertainty.ratio.lowerBound, uncertainty.ratio.upperBound]) { $0.value($1) }
        writer.array(
            "throughput_per_instance_interval",
            [uncertainty.throughput.lowerBound, uncertainty.throughput.upperBound]
        ) { $0.value($1) }
        writer.name("mean_context_range" as StaticString)
        writer.beginArray()
        writer.value(uncertainty.meanContext.lowerBound)
        if uncertainty.meanContext.upperBound.isFinite {
            writer.value(uncertainty.meanContext.upperBound)
        } else {
            writer.null()
        }
        writer.endArray()
    }
}
