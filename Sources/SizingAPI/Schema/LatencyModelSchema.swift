import JSON
import Sizing

/// The latency of one stage: its coefficients.
enum LatencyModelSchema {
    /// - Parameter extraFields: what else the stage's object may hold (`load` of the communication stage).
    static func decode(
        _ value: JSONValue, extraFields: [StaticString] = [], _ problems: inout Problems
    ) -> LatencyModel? {
        if let samples = value["samples"] {
            problems.addUnsupported(samples, "latency samples are not offered yet; give alpha_us and beta_us")
            return nil
        }
        guard let object = ObjectReader(value, fields: ["alpha_us", "beta_us"] + extraFields, &problems) else {
            return nil
        }
        let range = 0...SizingLimits.maximumCoefficient
        let alpha = object.required("alpha_us", &problems)?.number(in: range, &problems)
        let beta = object.required("beta_us", &problems)?.number(in: range, &problems)
        guard let alpha, let beta else { return nil }
        return problems.checked(value) { () throws(SizingError) in
            LatencyModel(try LatencyLine(alpha: alpha, beta: beta))
        }
    }

    /// Writes the line that a stage follows at `load`.
    static func write(_ model: LatencyModel, at load: Double, into writer: inout JSONWriter) {
        let line = model.localLine(at: load)
        writer.field("alpha_us", line.alpha)
        writer.field("beta_us", line.beta)
    }
}
