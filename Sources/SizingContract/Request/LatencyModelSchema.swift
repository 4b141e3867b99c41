import Calibration
import JSON
import Sizing
import Text

/// The latency of one stage: its coefficients, samples of it, the largest of several lines, or what `/v1/calibrate` answered.
enum LatencyModelSchema {
    /// What an object may hold in each of its forms. Made once: most requests have three of them.
    struct Fields {
        fileprivate let extra: [StaticString]
        fileprivate let coefficients: [StaticString]
        fileprivate let samples: [StaticString]
        fileprivate let maximum: [StaticString]

        private init(_ extra: [StaticString]) {
            self.extra = extra
            coefficients = ["alpha_us", "beta_us"] + extra
            samples = ["samples", "fit"] + extra
            maximum = ["max"] + extra
        }

        static let stage = Fields(["layers"])
        static let communication = Fields(["load", "layers"])
        /// One of several of which the largest counts.
        fileprivate static let line = Fields([])
    }

    /// The model, with what is known of it beyond where it is measured.
    ///
    /// - Parameters:
    ///   - fields: what the stage's object may hold.
    ///   - layers: of all of the hardware; the stage may have its own.
    static func decode(
        _ value: JSONValue, fields: Fields = .stage, layers: Int?, _ errors: inout ValidationErrors
    ) -> FittedLatency? {
        let fitted = read(value, fields, &errors)
        guard let own = value["layers"] else { return layers.flatMap { fitted?.repeated(layers: $0) } ?? fitted }
        return LayersSchema.decode(own, &errors).flatMap { fitted?.repeated(layers: $0) }
    }

    private static func read(
        _ value: JSONValue, _ fields: Fields, _ errors: inout ValidationErrors
    ) -> FittedLatency? {
        if value["samples"] != nil { return samples(value, fields, &errors) }
        if isCalibrated(value) { return CalibrationSchema.line(value, extraFields: fields.extra, &errors) }
        return coefficients(value, fields, &errors).map { FittedLatency($0) }
    }

    private static func coefficients(
        _ value: JSONValue, _ fields: Fields, _ errors: inout ValidationErrors
    ) -> LatencyModel? {
        if value["max"] != nil { return maximum(value, fields, &errors) }
        guard let object = ObjectReader(value, fields: fields.coefficients, &errors) else {
            return nil
        }
        let range = 0...SizingLimits.maximumCoefficient
        let alpha = object.required("alpha_us", &errors)?.number(in: range, &errors)
        let beta = object.required("beta_us", &errors)?.number(in: range, &errors)
        guard let alpha, let beta else { return nil }
        return errors.checked(value, LatencyModel(try LatencyLine(alpha: alpha, beta: beta)))
    }

    /// Whether a stage is given by samples, or as `/v1/calibrate` answered.
    static func isMeasured(_ value: JSONValue) -> Bool { value["samples"] != nil || isCalibrated(value) }

    private static func isCalibrated(_ value: JSONValue) -> Bool { value["alpha_us"]?.kind == .object }

    /// `samples` with what is to be made of them, `fit`.
    private static func samples(
        _ value: JSONValue, _ fields: Fields, _ errors: inout ValidationErrors
    ) -> FittedLatency? {
        guard let object = ObjectReader(value, fields: fields.samples, &errors) else { return nil }
        var fit = LatencyFit.line
        if let given = object.optional("fit") {
            guard let read = given.choice(of: LatencyFit.self, &errors) else { return nil }
            fit = read
        }
        guard let samples = object.required("samples", &errors).flatMap({ CalibrationSchema.samples($0, &errors) })
        else { return nil }
        return errors.checked(value, try fit.model(samples))
    }

    /// The largest of several lines: a roofline.
    private static func maximum(
        _ value: JSONValue, _ fields: Fields, _ errors: inout ValidationErrors
    ) -> LatencyModel? {
        guard let object = ObjectReader(value, fields: fields.maximum, &errors),
            let elements = object.required("max", &errors)?.array(limit: 64, &errors)
        else { return nil }
        var lines: [LatencyLine] = []
        var isComplete = true
        for element in elements {
            guard let line = coefficients(element, .line, &errors)?.line else {
                if errors.isEmpty { errors.add(element, "must be a line: alpha_us and beta_us") }
                isComplete = false
                continue
            }
            lines.append(line)
        }
        guard isComplete else { return nil }
        return errors.checked(value, try LatencyModel(maximumOf: lines))
    }
}
