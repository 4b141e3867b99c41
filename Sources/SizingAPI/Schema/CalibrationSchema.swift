import Calibration
import JSON
import Sizing
import Text

/// What `/v1/calibrate` reads and answers.
enum CalibrationSchema {
    /// The stages, by the names they have in a hardware description.
    static let stages: [StaticString] = ["attention", "ffn", "communication"]

    /// Members of a calibrated stage.
    private static let stageFields: [StaticString] = [
        "alpha_us", "beta_us", "covariance", "r_squared", "max_relative_error", "shape", "lack_of_fit", "knee",
        "loads", "samples_used", "outliers", "robust", "batch_dependence", "by_batch", "residuals_us", "warnings",
    ]

    // MARK: Reading

    /// An array of samples.
    static func samples(_ value: JSONValue, _ problems: inout Problems) -> [LatencySample]? {
        guard let elements = value.array(limit: StageCalibration.maximumSamples, &problems) else { return nil }
        var samples: [LatencySample] = []
        let before = problems.total
        for element in elements {
            if let sample = sample(element, &problems) { samples.append(sample) }
        }
        return problems.total == before ? samples : nil
    }

    private static func sample(_ value: JSONValue, _ problems: inout Problems) -> LatencySample? {
        let byShape = value["batch"] != nil || value["context"] != nil
        let fields: [StaticString] =
            byShape ? ["batch", "context", "latency_us", "weight"] : ["load", "latency_us", "weight"]
        guard let object = ObjectReader(value, fields: fields, &problems) else { return nil }
        let latency = object.required("latency_us", &problems)?.number(&problems)
        var weight: Double? = 1
        if let given = object.optional("weight") { weight = given.number(&problems) }
        if byShape {
            let batch = object.required("batch", &problems)?.number(&problems)
            let context = object.required("context", &problems)?.number(&problems)
            guard let batch, let context, let latency, let weight else { return nil }
            return problems.checked(
                value, try LatencySample(batch: batch, context: context, latency: latency, weight: weight))
        }
        guard let load = object.required("load", &problems)?.number(&problems), let latency, let weight else {
            return nil
        }
        return problems.checked(value, try LatencySample(load: load, latency: latency, weight: weight))
    }

    /// A calibrated stage.
    static func line(
        _ value: JSONValue, extraFields: [StaticString], _ problems: inout Problems
    ) -> FittedLatency? {
        guard let object = ObjectReader(value, fields: stageFields + extraFields, &problems),
            let (alpha, beta, covariance) = estimates(object, &problems)
        else { return nil }
        for (name, estimate) in [("alpha_us", alpha), ("beta_us", beta)] where estimate.value < 0 {
            problems.add(
                value[name == "alpha_us" ? "alpha_us" : "beta_us"] ?? value,
                "is negative and is not clipped: measure at small loads, or send the samples themselves with fit \"interpolate\""
            )
            return nil
        }
        let model = problems.checked(value, LatencyModel(try LatencyLine(alpha: alpha.value, beta: beta.value)))
        let before = problems.total
        let groups = object.optional("by_batch")?.array(limit: 64, &problems)?.compactMap { batchLine($0, &problems) }
        guard let model, problems.total == before else { return nil }
        return FittedLatency(
            model, errors: InputErrors.Line(alpha: alpha.error, beta: beta.error, covariance: covariance),
            byBatch: groups.flatMap { BatchLines($0) })
    }

    /// The line of one batch; nil where it cannot be used, as with samples.
    private static func batchLine(_ value: JSONValue, _ problems: inout Problems) -> BatchLines.Entry? {
        let fields: [StaticString] = ["batch", "samples", "alpha_us", "beta_us", "covariance", "r_squared"]
        guard let object = ObjectReader(value, fields: fields, &problems) else { return nil }
        let batch = object.required("batch", &problems)?.number(in: 0...1e9, &problems)
        guard let batch, let (alpha, beta, covariance) = estimates(object, &problems),
            let line = try? LatencyLine(alpha: alpha.value, beta: beta.value)
        else { return nil }
        return BatchLines.Entry(
            batch: batch, line: line,
            errors: InputErrors.Line(alpha: alpha.error, beta: beta.error, covariance: covariance))
    }

    private typealias Coefficient = (value: Double, error: Double)

    private static func estimates(
        _ object: ObjectReader, _ problems: inout Problems
    ) -> (alpha: Coefficient, beta: Coefficient, covariance: Double)? {
        let alpha = estimate(object, "alpha_us", &problems)
        let beta = estimate(object, "beta_us", &problems)
        var covariance: Double? = 0
        if let given = object.optional("covariance") { covariance = given.number(in: -1e30...1e30, &problems) }
        guard let alpha, let beta, let covariance else { return nil }
        return (alpha, beta, covariance)
    }

    private static func estimate(
        _ object: ObjectReader, _ name: StaticString, _ problems: inout Problems
    ) -> Coefficient? {
        guard let member = object.required(name, &problems),
            let estimate = ObjectReader(member, fields: ["value", "standard_error", "interval"], &problems)
        else { return nil }
        let limit = SizingLimits.maximumCoefficient
        let value = estimate.required("value", &problems)?.number(in: -limit...limit, &problems)
        var error: Double? = 0
        if let given = estimate.optional("standard_error") { error = given.number(in: 0...limit, &problems) }
        guard let value, let error else { return nil }
        return (value, error)
    }

    // MARK: Writing

    static func write(_ stage: StageCalibration, into writer: inout JSONWriter) {
        writer.object("alpha_us") { TraceSummarySchema.write(stage.line.alpha, into: &$0) }
        writer.object("beta_us") { TraceSummarySchema.write(stage.line.beta, into: &$0) }
        writer.field("covariance", stage.line.covariance)
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
        writer.field("samples_used", stage.samples.count)
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
                writer.object("alpha_us") { TraceSummarySchema.write(group.line.alpha, into: &$0) }
                writer.object("beta_us") { TraceSummarySchema.write(group.line.beta, into: &$0) }
                writer.field("covariance", group.line.covariance)
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
        writer.array("warnings", stage.warnings) { $0.value($1) }
    }

    private static func write(_ sample: LatencySample, into writer: inout JSONWriter) {
        writer.field("load", sample.load)
        guard let shape = sample.shape else { return }
        writer.field("batch", shape.batch)
        writer.field("context", shape.context)
    }
}
