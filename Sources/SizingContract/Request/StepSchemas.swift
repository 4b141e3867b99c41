import Calibration
import Hardware
import JSON
import Sizing
import Text

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

/// `jitter` and `occupancy`: what makes steps differ beside the requests.
struct ScatterSchema: Sendable {
    static let fields: [StaticString] = ["jitter", "occupancy"]

    var jitter = KernelJitter.none
    var occupancy = 1.0

    static func decode(_ object: ObjectReader, _ errors: inout ValidationErrors) -> ScatterSchema {
        var scatter = ScatterSchema(jitter: jitter(object, &errors))
        if let given = object.optional("occupancy") {
            scatter.occupancy = given.number(in: SizingLimits.leastOccupancy...1, &errors) ?? 1
        }
        return scatter
    }

    /// ρB as whole requests, 1 or more: what a step of so many slots was measured as.
    static func occupied(_ batchSize: Int, _ occupancy: Double) -> Int {
        occupancy < 1 ? max(1, Int((occupancy * Double(batchSize)).rounded())) : batchSize
    }

    private static func jitter(_ object: ObjectReader, _ errors: inout ValidationErrors) -> KernelJitter {
        guard let given = object.optional("jitter"),
            let members = ObjectReader(given, fields: ["attention_cv", "ffn_cv"], &errors)
        else { return .none }
        if given.count == 0 { errors.add(given, "must have attention_cv or ffn_cv") }
        let attention = members.optional("attention_cv")?.number(&errors) ?? 0
        let ffn = members.optional("ffn_cv")?.number(&errors) ?? 0
        return errors.checked(given, try KernelJitter(attention: attention, ffn: ffn)) ?? .none
    }
}

/// `speculation`: a depth and what it accepts, or acceptances by position, among whose depths the answer chooses.
enum SpeculationSchema {
    private static let fields: [StaticString] = [
        "draft_tokens", "accepted", "draft_us", "acceptance", "draft_us_per_token",
    ]

    /// The ways to speculate that are asked about; `nil` among them is to draft nothing.
    static func decode(_ value: JSONValue, _ errors: inout ValidationErrors) -> [SpeculativeDecoding?]? {
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let time = object.optional("draft_us")?.number(&errors) ?? 0
        if let given = object.optional("acceptance") {
            for name in ["draft_tokens", "accepted"] as [StaticString] {
                if let other = object.optional(name) {
                    errors.add(other, "must not be given together with acceptance, which makes the depth an answer")
                }
            }
            let perToken = object.optional("draft_us_per_token")?.number(&errors) ?? 0
            guard let probabilities = given.numbers(in: 0...1, &errors) else { return nil }
            return errors.checked(
                value,
                try AcceptanceByPosition(
                    probabilities: probabilities, draftTime: time, draftTimePerToken: perToken
                ).depths())
        }
        if let perToken = object.optional("draft_us_per_token") {
            errors.add(
                perToken, "needs acceptance: of a given depth, draft_us is the time of all draft tokens of a step")
        }
        let draft = object.required("draft_tokens", &errors)?.integer(in: 1...64, &errors)
        let accepted = object.required("accepted", &errors)?.number(&errors)
        guard let draft, let accepted else { return nil }
        return errors.checked(
            value, try SpeculativeDecoding(draftTokens: draft, accepted: accepted, draftTime: time)
        ).map { [$0] }
    }
}
