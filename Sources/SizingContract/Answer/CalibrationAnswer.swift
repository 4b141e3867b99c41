import Calibration
import JSON
import SizingNumerics
import Text

/// The answer of `/v1/calibrate`.
public struct CalibrationAnswer: Sendable {
    /// One stage with what was fitted to its samples.
    struct Stage: Sendable {
        var name: StaticString
        var calibration: StageCalibration
    }

    var stages: [Stage]
    /// Of the table of samples, where they came in one.
    var warnings: [Warning]
    /// Whether latencies are those of one layer, and were multiplied.
    var hasLayers: Bool
    /// Of the request.
    var hash: SipHash128.Value

    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        for stage in stages { writer.object(stage.name) { Self.write(stage.calibration, into: &$0) } }
        writer.warnings(warnings)
        Provenance.write(
            hash: hash,
            assumptions: [
                LayersSchema.assumption(isGiven: hasLayers),
                "errors of samples are independent; weights are inverse variances up to a factor",
            ],
            into: &writer)
        writer.endObject()
    }

    private static func write(_ stage: StageCalibration, into writer: inout JSONWriter) {
        writer.object("alpha_us") { EstimateAnswer.write(stage.line.alpha, into: &$0) }
        writer.object("beta_us") { EstimateAnswer.write(stage.line.beta, into: &$0) }
        writer.field("covariance", orNull: stage.line.covariance)
        writer.field("r_squared", stage.line.rSquared)
        writer.object("max_relative_error") { writer in
            writer.field("value", stage.largestRelativeError.value)
            write(stage.largestRelativeError.sample, into: &writer)
            writer.field("sample", stage.largestRelativeError.index)
        }
        writer.field("shape", stage.shape.rawValue)
        if let probability = stage.lackOfFit { writer.field("lack_of_fit", probability) }
        if stage.shape == .roofline, let knee = stage.knee {
            writer.object("knee") { writer in
                writer.field("load", knee.load)
                writer.field("beta_us", knee.beta)
                writer.field("alpha_before_us", knee.alphaBefore)
                writer.field("alpha_after_us", knee.alphaAfter)
            }
        }
        writer.array("loads", [stage.loads.lowerBound, stage.loads.upperBound]) { $0.value($1) }
        writer.field("samples_used", stage.samples.count - stage.outliers.count)
        writer.array("outliers", stage.outliers) { writer, outlier in
            writer.beginObject()
            writer.field("sample", outlier.index)
            write(outlier.sample, into: &writer)
            writer.field("latency_us", outlier.sample.latency)
            writer.field("residual_us", outlier.residual)
            writer.endObject()
        }
        writer.object("robust") { writer in
            writer.field("method", "theil_sen" as StaticString)
            writer.field("alpha_us", stage.robust.alpha)
            writer.field("beta_us", stage.robust.beta)
            writer.field("residual_scale_us", stage.robust.scale)
        }
        if let dependence = stage.shapeDependence {
            writer.object("batch_dependence") { writer in
                writer.field("explained", dependence.explained)
                writer.field("probability", dependence.probability)
            }
        }
        if !stage.batchLines.isEmpty {
            writer.array("by_batch", stage.batchLines) { writer, group in
                writer.beginObject()
                writer.field("batch", group.batch)
                writer.field("samples", group.samples)
                writer.object("alpha_us") { EstimateAnswer.write(group.line.alpha, into: &$0) }
                writer.object("beta_us") { EstimateAnswer.write(group.line.beta, into: &$0) }
                writer.field("covariance", orNull: group.line.covariance)
                writer.field("r_squared", group.line.rSquared)
                writer.endObject()
            }
        }
        if stage.samples.count <= 1000 {
            writer.array("residuals_us", stage.samples) { writer, sample in
                writer.value(
                    sample.latency - (stage.line.alpha.value * sample.load + stage.line.beta.value))
            }
        }
        writer.warnings(stage.warnings)
    }

    private static func write(_ sample: LatencySample, into writer: inout JSONWriter) {
        writer.field("load", sample.load)
        guard let shape = sample.shape else { return }
        writer.field("batch", shape.batch)
        writer.field("context", shape.context)
    }
}
