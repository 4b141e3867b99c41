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
