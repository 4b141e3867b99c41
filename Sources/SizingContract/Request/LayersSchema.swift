import Calibration
import JSON

/// `layers`: how many layers a step has, of one of which the latencies beside it are.
enum LayersSchema {
    private static let range = 1...10_000

    /// nil where it is not given, or out of range.
    static func decode(_ object: ObjectReader, _ errors: inout ValidationErrors) -> Int? {
        object.optional("layers").flatMap { decode($0, &errors) }
    }

    static func decode(_ value: JSONValue, _ errors: inout ValidationErrors) -> Int? {
        value.integer(in: range, &errors)
    }

    /// What is taken for granted of latencies by coefficients or samples.
    static func assumption(isGiven: Bool) -> StaticString {
        isGiven
            ? "latencies with layers are those of one layer, multiplied; others are those of a whole decode step"
            : "latencies are those of a whole decode step, all layers"
    }
}
