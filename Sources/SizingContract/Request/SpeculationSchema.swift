import Hardware
import JSON
import Text

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
