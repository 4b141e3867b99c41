import Planning
import Sizing
import Text

extension Warning {
    /// Of a plan beside which nothing colocated stands.
    static let colocationNotCompared = Warning(
        code: "colocation_not_compared",
        detail: "no colocated instance to compare with: the devices of one Attention instance, or of a whole bundle, "
            + "cannot shard the model, or a step of theirs takes no time",
        pointer: "/hardware")

    /// Of a plan whose cache holds what requests have on the way, but not what they have at their ends. An engine that reserves the
    /// latter, and a replay, which puts no request out again, then let fewer in.
    ///
    /// - Parameters:
    ///   - requests: on one Attention instance, in the mean; three deviations more may come together.
    ///   - lengths: of all requests; one that is there is there in proportion to its decode length.
    ///   - capacity: tokens of the instance's cache.
    /// - Returns: nil where all fits.
    static func wholeContexts(_ requests: Double, of lengths: RequestLengths, capacity: Double) -> Warning? {
        let whole = lengths.prefill.mean + lengths.meanDecode * (1 + lengths.squaredVariationOfDecode)
        guard (requests + 3 * requests.squareRoot()) * whole > capacity else { return nil }
        return Warning(
            code: "whole_contexts",
            detail:
                "an Attention instance has some \(ServiceAnswer.text(requests.rounded())) requests at a time, and its cache holds "
                + "\(ServiceAnswer.text((capacity / whole).rounded(.down))) whole contexts, prompt and answer, of such requests: memory is "
                + "planned for what they hold on the way. An engine that reserves whole contexts, as /v1/replay does, admits fewer; "
                + "lower limits.max_batch to plan for one",
            pointer: "/hardware/attention")
    }
}
