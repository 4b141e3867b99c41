import Text

/// What the slots hold: the requests, or what is known of the load that they make.
public struct Workload: Hashable, Sendable {
    /// How the requests are known.
    public enum Requests: Hashable, Sendable {
        /// Prefill and decode lengths drawn independently.
        case independent(prefill: LengthDistribution, decode: LengthDistribution)
        /// Observed requests, the two lengths of each kept together.
        case trace(RequestTrace)
        /// Only the moments of the stationary slot load.
        case moments(SlotLoad)
    }

    public let requests: Requests
    /// The stationary load of a slot.
    public let slotLoad: SlotLoad
    /// Requests per Attention instance N of the paper's finite horizon; `nil` for the stationary load.
    public let horizonRequests: Int?

    /// - Throws: `InvalidInput` naming `decode` where it could be shorter than one step, and `horizon_requests` where the
    ///   decode is not geometric (paper v1 derives the horizon for that case only).
    public init(_ requests: Requests, horizonRequests: Int? = nil) throws(InvalidInput) {
        switch requests {
        case .independent(let prefill, let decode):
            if case .lognormal(let mean, _) = decode.shape {
                guard mean >= 1 else {
                    throw InvalidInput(
                        field: "decode.mean", rule: "must be at least 1: a request stays one step or more")
                }
            } else if decode.minimum < 1 {
                throw InvalidInput(field: "decode", rule: "must be at least 1: a request stays one step or more")
            }
            slotLoad = SlotLoad(prefill: prefill, decode: decode)
        case .trace(let trace):
            slotLoad = SlotLoad(trace: trace)
        case .moments(let load):
            slotLoad = load
        }
        if let horizonRequests {
            try InvalidInput.check(
                horizonRequests, in: 1...SizingLimits.maximumHorizonRequests, field: "horizon_requests")
            guard case .independent(_, let decode) = requests, case .geometric = decode.shape else {
                throw InvalidInput(field: "horizon_requests", rule: "needs a geometric decode length")
            }
        }
        self.requests = requests
        self.horizonRequests = horizonRequests
    }

    /// Requests known by a histogram, with the slot load of all that were counted: the bins give the distribution's form, the
    /// moments are exact.
    public init(histogram: RequestTrace, slotLoad: SlotLoad) {
        requests = .trace(histogram)
        self.slotLoad = slotLoad
        horizonRequests = nil
    }
}
