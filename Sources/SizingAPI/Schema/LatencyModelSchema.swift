import Calibration
import JSON
import Sizing
import Text

/// The latency of one stage: its coefficients, samples of it, the largest of several lines, or what `/v1/calibrate` answered.
enum LatencyModelSchema {
    /// - Parameter extraFields: what else the stage's object may hold (`load` of the communication stage).
    static func decode(
        _ value: JSONValue, extraFields: [StaticString] = [], _ problems: inout Problems
    ) -> LatencyModel? {
        fitted(value, extraFields: extraFields, &problems)?.model
    }

    /// The same, with what is known of it beyond the model where it is measured.
    static func fitted(
        _ value: JSONValue, extraFields: [StaticString] = [], _ problems: inout Problems
    ) -> FittedLatency? {
        if value["samples"] != nil { return samples(value, extraFields, &problems) }
        if isMeasured(value) { return CalibrationSchema.line(value, extraFields: extraFields, &problems) }
        return coefficients(value, extraFields, &problems).map { FittedLatency($0) }
    }

    private static func coefficients(
        _ value: JSONValue, _ extraFields: [StaticString], _ problems: inout Problems
    ) -> LatencyModel? {
        if value["max"] != nil { return maximum(value, extraFields, &problems) }
        guard let object = ObjectReader(value, fields: ["alpha_us", "beta_us"] + extraFields, &problems) else {
            return nil
        }
        let range = 0...SizingLimits.maximumCoefficient
        let alpha = object.required("alpha_us", &problems)?.number(in: range, &problems)
        let beta = object.required("beta_us", &problems)?.number(in: range, &problems)
        guard let alpha, let beta else { return nil }
        return problems.checked(value, LatencyModel(try LatencyLine(alpha: alpha, beta: beta)))
    }

    /// Whether a stage is given by samples, or as `/v1/calibrate` answered.
    static func isMeasured(_ value: JSONValue) -> Bool {
        value["samples"] != nil || value["alpha_us"]?.kind == .object
    }

    /// `samples` with what is to be made of them, `fit`.
    private static func samples(
        _ value: JSONValue, _ extraFields: [StaticString], _ problems: inout Problems
    ) -> FittedLatency? {
        guard let object = ObjectReader(value, fields: ["samples", "fit"] + extraFields, &problems) else { return nil }
        var fit = LatencyFit.line
        if let given = object.optional("fit") {
            guard let read = given.choice(of: LatencyFit.self, &problems) else { return nil }
            fit = read
        }
        guard let samples = object.required("samples", &problems).flatMap({ CalibrationSchema.samples($0, &problems) })
        else { return nil }
        return problems.checked(value, try fit.model(samples))
    }

    /// The largest of several lines: a roofline.
    private static func maximum(
        _ value: JSONValue, _ extraFields: [StaticString], _ problems: inout Problems
    ) -> LatencyModel? {
        guard let object = ObjectReader(value, fields: ["max"] + extraFields, &problems),
            let elements = object.required("max", &problems)?.array(limit: 64, &problems)
        else { return nil }
        var lines: [LatencyLine] = []
        var isComplete = true
        for element in elements {
            guard let line = decode(element, &problems)?.line else {
                if problems.isEmpty { problems.add(element, "must be a line: alpha_us and beta_us") }
                isComplete = false
                continue
            }
            lines.append(line)
        }
        guard isComplete else { return nil }
        return problems.checked(value, try LatencyModel(maximumOf: lines))
    }

    /// Writes the line that a stage follows at `load`.
    static func write(_ model: LatencyModel, at load: Double, into writer: inout JSONWriter) {
        let line = model.localLine(at: load)
        writer.field("alpha_us", line.alpha)
        writer.field("beta_us", line.beta)
    }
}
