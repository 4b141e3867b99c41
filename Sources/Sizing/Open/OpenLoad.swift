import SizingNumerics
import Text

/// Where the first token of a request is made.
public enum FirstToken: Hashable, Sendable {
    /// In the bundles, which decode all D.
    case bundles
    /// In prefill instances: bundles decode the other D − 1, and not the requests of a single token.
    case prefill
}

/// What requests are to the slots of an open bundle.
public struct OpenLoad: Hashable, Sendable {
    /// The load of a full slot: of the requests present, whatever their number (the insensitivity of docs/model.md).
    public let slotLoad: SlotLoad
    /// Prompts, and answers from their first token to their last.
    public let lengths: RequestLengths
    /// Steps of the requests that have any in the bundles.
    let steps: RequestLengths
    /// The share of all requests that have steps in the bundles.
    public let decodedShare: Double
    /// κ: steps over which the load of the requests present is remembered, in units of their mean: E[S²]/(2 ν² E[D]²),
    /// S = Σ_{j<D} (P + j − θ).
    public let memory: Double
    /// How fast a slot forgets its load, a step: for the barrier with microbatches.
    let decorrelationRate: Double

    /// - Throws: `InvalidInput` naming `workload` where only the moments of the slot load are known, or where no request has more than
    ///   the token that prefill instances make.
    public init(_ workload: Workload, firstToken: FirstToken = .bundles) throws(InvalidInput) {
        let lengths = try RequestLengths(workload)
        switch firstToken {
        case .bundles:
            self.init(workload, lengths: lengths, steps: lengths, share: 1, slotLoad: workload.slotLoad)
        case .prefill:
            guard let (rest, share) = try workload.afterFirstToken() else {
                throw InvalidInput(
                    field: "workload",
                    rule: "must have answers of more than one token: prefill instances make the first")
            }
            // The first token lies in the cache from the first step on.
            self.init(
                rest, lengths: lengths, steps: try RequestLengths(rest), share: share,
                slotLoad: rest.slotLoad.widened(by: 0, movedBy: 1))
        }
    }

    private init(
        _ decoded: Workload, lengths: RequestLengths, steps: RequestLengths, share: Double, slotLoad: SlotLoad
    ) {
        self.slotLoad = slotLoad
        self.lengths = lengths
        self.steps = steps
        decodedShare = share
        memory = decoded.loadMemory(meanDecode: steps.meanDecode)
        decorrelationRate = decoded.decorrelationRate
    }

    private init(_ load: OpenLoad, slotLoad: SlotLoad) {
        self.slotLoad = slotLoad
        lengths = load.lengths
        steps = load.steps
        decodedShare = load.decodedShare
        memory = load.memory
        decorrelationRate = load.decorrelationRate
    }

    /// The same requests where a slot's load has other moments.
    public func with(slotLoad: SlotLoad) -> OpenLoad { OpenLoad(self, slotLoad: slotLoad) }

    /// Steps that a request makes in the bundles, in the mean of all requests.
    public var meanSteps: Double { decodedShare * steps.meanDecode }

    /// Of all requests' arrivals, those of the requests that have steps in the bundles.
    func arriving(_ arrivals: Arrivals) -> Arrivals {
        decodedShare < 1 ? arrivals.thinned(share: decodedShare) : arrivals
    }
}

extension Workload {
    /// κ of ``OpenLoad/memory``: by renewal–reward a mean over w steps of a slot's load has the variance E[S²]/(w E[D]), against
    /// 2ν²T/w of a load that is remembered over T steps. 1 for fixed P and geometric D; 0 where the load does not vary.
    func loadMemory(meanDecode: Double) -> Double {
        guard slotLoad.standardDeviation > 0 else { return 0 }
        var square = 0.0
        switch requests {
        case .moments: return 1
        case .independent(let prefill, let decode):
            let p = prefill.moments
            let d = decode.decodeMoments
            // S = D(P − θ) + D(D − 1)/2.
            let offset = p.mean - slotLoad.mean
            square =
                (d.factorial2 + d.mean) * (p.variance + offset * offset)
                + offset * (d.factorial3 + 2 * d.factorial2) + (d.factorial4 + 4 * d.factorial3 + 2 * d.factorial2) / 4
        case .trace(let trace):
            var total = 0.0
            for index in 0..<trace.count {
                let weight = trace.weight(at: index)
                let d = Double(trace.decode[index])
                let sum = d * (Double(trace.prefill[index]) - slotLoad.mean) + d * (d - 1) / 2
                total += weight
                square += weight * sum * sum
            }
            square /= total
        }
        let memory = square / (2 * slotLoad.variance * meanDecode * meanDecode)
        return memory.isFinite ? max(0, memory) : 0
    }
}
