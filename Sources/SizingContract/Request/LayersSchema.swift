import Calibration
import JSON

/// `layers`: how many layers a step has, of one of which the latencies beside it are.
enum LayersSchema {
    private static let range = LatencySample.layers

    /// nil where it is not given, or out of range.
    static func decode(_ object: ObjectReader, _ errors: inout ValidationErrors) -> Int? {
        object.optional("layers").flatMap { decode($0, &errors) }
    }

    static func decode(_ value: JSONValue, _ errors: inout ValidationErrors) -> Int? {
        value.integer(in: range, &errors)
    }

    /// From text, as a query and a flag give it.
    ///
    /// - Throws: 400 where it is no such number.
    static func decode(text: String) throws(ProblemDocument) -> Int {
        guard let layers = Int(text), range.contains(layers) else {
            throw ProblemDocument(
                .badRequest, "layers must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return layers
    }

    /// What is assumed of latencies by coefficients or samples.
    static func assumption(isGiven: Bool) -> StaticString {
        isGiven
            ? "latencies with layers are those of one layer, multiplied; others are those of a whole decode step"
            : "latencies are those of a whole decode step, all layers"
    }
}
