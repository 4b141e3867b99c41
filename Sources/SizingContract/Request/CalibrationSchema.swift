import Calibration
import JSON
import Sizing
import Text

/// What `/v1/calibrate` reads, and what it answers, read back.
enum CalibrationSchema {
    /// The stages, by the names they have in a hardware description.
    static let stages: [StaticString] = ["attention", "ffn", "communication"]

    /// Members of a calibrated stage.
    private static let stageFields: [StaticString] = [
        "alpha_us", "beta_us", "covariance", "r_squared", "max_relative_error", "shape", "lack_of_fit", "knee",
        "loads", "samples_used", "outliers", "robust", "batch_dependence", "by_batch", "residuals_us", "warnings",
    ]

    /// An array of samples.
    static func samples(_ value: JSONValue, _ errors: inout ValidationErrors) -> [LatencySample]? {
        guard let elements = value.array(limit: StageCalibration.maximumSamples, &errors) else { return nil }
        var samples: [LatencySample] = []
        let before = errors.total
        for element in elements {
            if let sample = sample(element, &errors) { samples.append(sample) }
        }
        return errors.total == before ? samples : nil
    }

    private static func sample(_ value: JSONValue, _ errors: inout ValidationErrors) -> LatencySample? {
        let byShape = value["batch"] != nil || value["context"] != nil
        let fields: [StaticString] =
            byShape ? ["batch", "context", "latency_us", "weight"] : ["load", "latency_us", "weight"]
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let latency = object.required("latency_us", &errors)?.number(&errors)
        var weight: Double? = 1
        if let given = object.optional("weight") { weight = given.number(&errors) }
        if byShape {
            let batch = object.required("batch", &errors)?.number(&errors)
            let context = object.required("context", &errors)?.number(&errors)
            guard let batch, let context, let latency, let weight else { return nil }
            return errors.checked(
                value, try LatencySample(batch: batch, context: context, latency: latency, weight: weight))
        }
        guard let load = object.required("load", &errors)?.number(&errors), let latency, let weight else {
            return nil
        }
        return errors.checked(value, try LatencySample(load: load, latency: latency, weight: weight))
    }

    /// A calibrated stage.
    static func line(
        _ value: JSONValue, extraFields: [StaticString], _ errors: inout ValidationErrors
    ) -> FittedLatency? {
        guard let object = ObjectReader(value, fields: stageFields + extraFields, &errors),
            let (alpha, beta, covariance) = estimates(object, &errors)
        else { return nil }
        for (name, estimate) in [("alpha_us", alpha), ("beta_us", beta)] where estimate.value < 0 {
            errors.add(
                value[name == "alpha_us" ? "alpha_us" : "beta_us"] ?? value,
                "is negative and is not clipped: measure at small loads, or send the samples themselves with fit \"interpolate\""
            )
            return nil
        }
        let model = errors.checked(value, LatencyModel(try LatencyLine(alpha: alpha.value, beta: beta.value)))
        let before = errors.total
        let groups = object.optional("by_batch")?.array(limit: 64, &errors)?.compactMap { batchLine($0, &errors) }
        let loads = object.optional("loads")?.numbers(in: 0...1e18, &errors)
        guard let model, errors.total == before else { return nil }
        var range: MeasuredRange?
        if let loads {
            guard loads.count == 2, loads[0] <= loads[1] else {
                errors.add(value["loads"] ?? value, "must be the smallest and the largest load")
                return nil
            }
            range = MeasuredRange(loads[0]...loads[1])
        }
        return FittedLatency(
            model, errors: line(alpha, beta, covariance), byBatch: groups.flatMap { BatchLines($0) }, range: range,
            warnings: WarningSchema.decode(object, &errors))
    }

    /// The line of one batch; nil where it cannot be used, as with samples.
    private static func batchLine(_ value: JSONValue, _ errors: inout ValidationErrors) -> BatchLines.Entry? {
        let fields: [StaticString] = ["batch", "samples", "alpha_us", "beta_us", "covariance", "r_squared"]
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let batch = object.required("batch", &errors)?.number(in: 0...1e9, &errors)
        guard let batch, let (alpha, beta, covariance) = estimates(object, &errors),
            let line = try? LatencyLine(alpha: alpha.value, beta: beta.value)
        else { return nil }
        return BatchLines.Entry(
            batch: batch, line: line,
            errors: Self.line(alpha, beta, covariance) ?? InputErrors.Line(alpha: 0, beta: 0, covariance: 0))
    }

    /// The errors of a line; nil where they are not defined.
    private static func line(_ alpha: Coefficient, _ beta: Coefficient, _ covariance: Double?) -> InputErrors.Line? {
        guard let alpha = alpha.error, let beta = beta.error, let covariance else { return nil }
        return InputErrors.Line(alpha: alpha, beta: beta, covariance: covariance)
    }

    /// `error` is nil where it is not defined.
    private typealias Coefficient = (value: Double, error: Double?)

    private static func estimates(
        _ object: ObjectReader, _ errors: inout ValidationErrors
    ) -> (alpha: Coefficient, beta: Coefficient, covariance: Double?)? {
        let alpha = estimate(object, "alpha_us", &errors)
        let beta = estimate(object, "beta_us", &errors)
        var covariance: Double? = 0
        if let given = object.optional("covariance") {
            covariance = given.kind == .null ? nil : given.number(in: -1e30...1e30, &errors)
        }
        guard let alpha, let beta else { return nil }
        return (alpha, beta, covariance)
    }

    private static func estimate(
        _ object: ObjectReader, _ name: StaticString, _ errors: inout ValidationErrors
    ) -> Coefficient? {
        guard let member = object.required(name, &errors),
            let estimate = ObjectReader(member, fields: ["value", "standard_error", "interval"], &errors)
        else { return nil }
        let limit = SizingLimits.maximumCoefficient
        let value = estimate.required("value", &errors)?.number(in: -limit...limit, &errors)
        var error: Double? = 0
        if let given = estimate.optional("standard_error") {
            error = given.kind == .null ? nil : given.number(in: 0...limit, &errors)
        }
        guard let value else { return nil }
        return (value, error)
    }
}

/// The member `warnings` of an answer that is sent on as part of a request: what was said of it stays said.
enum WarningSchema {
    private static let most = 64

    /// Those of `object`; none where it has no such member. What they point to is kept where the answer still has it.
    static func decode(_ object: ObjectReader, _ errors: inout ValidationErrors) -> [Warning] {
        guard let elements = object.optional("warnings")?.array(limit: most, &errors) else { return [] }
        return elements.compactMap { element in
            guard let warning = ObjectReader(element, fields: ["code", "detail", "pointer"], &errors) else {
                return nil
            }
            let code = warning.required("code", &errors)?.text(&errors)
            let detail = warning.required("detail", &errors)?.text(&errors)
            let pointer = warning.optional("pointer")?.text(&errors) ?? ""
            guard let code, let detail else { return nil }
            let first = pointer.dropFirst().prefix { $0 != "/" }
            let isThere = object.value.members.contains { $0.name.string.map { $0[...] == first } ?? false }
            return Warning(code: code, detail: detail, pointer: isThere ? pointer : "")
        }
    }

    /// `own`, and of those that were `sent` the ones whose kind and place are not among them.
    static func joined(_ own: [Warning], sent: [Warning]) -> [Warning] {
        own + sent.filter { other in !own.contains { $0.code == other.code && $0.pointer == other.pointer } }
    }
}
