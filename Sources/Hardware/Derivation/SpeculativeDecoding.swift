import Sizing
import Text

/// Several tokens a step: `draftTokens` are proposed, one more comes from the model itself, and those that agree are kept.
///
/// A step then carries q = draftTokens + 1 query tokens a request through Attention and the FFN, reads the KV cache once,
/// and yields s = 1 + `accepted` tokens in the mean. A request of D tokens stays D/s steps and its context grows by s a
/// step, so the stationary slot load loses (s − 1)/2 tokens and nothing else:
/// E[Σ_{k<D/s} (P + sk)] / E[D/s] = E[PD + D(D − s)/2] / E[D] = θ − (s − 1)/2 (docs/model.md).
public struct SpeculativeDecoding: Hashable, Sendable {
    /// Tokens proposed a step, 1…64.
    public let draftTokens: Int
    /// Mean of those that are kept, 0…draftTokens.
    public let accepted: Double
    /// Time that proposing them takes on the Attention side, microseconds a step.
    public let draftTime: Double

    /// - Throws: `InvalidInput` naming `draft_tokens`, `accepted` or `draft_us`.
    public init(draftTokens: Int, accepted: Double, draftTime: Double = 0) throws(InvalidInput) {
        try InvalidInput.check(draftTokens, in: 1...64, field: "draft_tokens")
        try InvalidInput.check(accepted, in: 0...Double(draftTokens), field: "accepted")
        try InvalidInput.check(draftTime, in: 0...1e9, field: "draft_us")
        self.draftTokens = draftTokens
        self.accepted = accepted
        self.draftTime = draftTime
    }

    /// q, query tokens of one request and step.
    public var queryTokens: Double { Double(draftTokens + 1) }

    /// s, tokens of one request and step that are kept, in the mean.
    public var tokensPerStep: Double { 1 + accepted }

    /// The stationary load of a slot whose request gains s tokens a step.
    public func slotLoad(_ load: SlotLoad) throws(InvalidInput) -> SlotLoad {
        try SlotLoad(
            mean: max(0, load.mean - accepted / 2), standardDeviation: load.standardDeviation, skewness: load.skewness)
    }
}

/// How often draft tokens are accepted, by position: a_i is the probability that the first i of them all are.
///
/// A step with K draft tokens keeps s(K) = 1 + Σ_{i≤K} a_i tokens of a request and verifies K + 1. More are kept with every depth and
/// more is verified and drafted, so the best K depends on what binds; it is an answer.
public struct AcceptanceByPosition: Hashable, Sendable {
    /// a_1, a_2, …, each in 0…1 and not above the one before.
    public let probabilities: [Double]
    /// Time on the Attention side that drafting takes a step, whatever the depth (but for 0), and a draft token, microseconds.
    public let draftTime: Double
    public let draftTimePerToken: Double

    /// Most positions: depths to choose among multiply the work of a plan.
    public static let maximumPositions = 16

    /// - Throws: `InvalidInput` naming `acceptance`, an element of it, `draft_us` or `draft_us_per_token`.
    public init(
        probabilities: [Double], draftTime: Double = 0, draftTimePerToken: Double = 0
    ) throws(InvalidInput) {
        guard 1...Self.maximumPositions ~= probabilities.count else {
            throw InvalidInput(field: "acceptance", rule: "must have from 1 to \(Self.maximumPositions) elements")
        }
        var previous = 1.0
        for (index, probability) in probabilities.enumerated() {
            try InvalidInput.check(probability, in: 0...1, field: "acceptance.\(index)")
            guard probability <= previous else {
                throw InvalidInput(
                    field: "acceptance.\(index)",
                    rule:
                        "must not be above the element before: it is the probability that this and all earlier draft tokens "
                        + "are accepted")
            }
            previous = probability
        }
        try InvalidInput.check(draftTime, in: 0...1e9, field: "draft_us")
        try InvalidInput.check(draftTimePerToken, in: 0...1e9, field: "draft_us_per_token")
        self.probabilities = probabilities
        self.draftTime = draftTime
        self.draftTimePerToken = draftTimePerToken
    }

    /// Every depth from none to all positions; none is `nil`.
    ///
    /// - Throws: `InvalidInput` naming `draft_us_per_token` where all positions together take too long.
    public func depths() throws(InvalidInput) -> [SpeculativeDecoding?] {
        var depths: [SpeculativeDecoding?] = [nil]
        var accepted = 0.0
        for (index, probability) in probabilities.enumerated() {
            accepted += probability
            let time = draftTime + Double(index + 1) * draftTimePerToken
            try InvalidInput.check(time, in: 0...1e9, field: "draft_us_per_token")
            // A sum of ones may pass its count by a rounding error.
            depths.append(
                try SpeculativeDecoding(
                    draftTokens: index + 1, accepted: min(accepted, Double(index + 1)), draftTime: time))
        }
        return depths
    }
}
