import Glibc
import SizingNumerics
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

/// Requests as they were observed: the prefill and decode length of each kept together, so that their correlation counts.
public struct RequestTrace: Hashable, Sendable {
    /// Prefill length of each request, tokens, 0 to 1e9.
    public let prefill: [Int]
    /// Decode length of each request, steps, 1 to 1e9.
    public let decode: [Int]
    /// How often each request counts, not negative, their sum positive; `nil` for once each.
    public let weights: [Double]?

    /// - Throws: `InvalidInput` naming `prefill`, `decode` or `weights`.
    public init(prefill: [Int], decode: [Int], weights: [Double]? = nil) throws(InvalidInput) {
        guard !prefill.isEmpty else { throw InvalidInput(field: "prefill", rule: "must not be empty") }
        guard decode.count == prefill.count else {
            throw InvalidInput(field: "decode", rule: "must have as many elements as prefill")
        }
        let longest = Int(SizingLimits.maximumLength)
        for index in prefill.indices {
            guard 0...longest ~= prefill[index] else {
                throw InvalidInput(field: "prefill.\(index)", rule: "must be a whole number from 0 to \(longest)")
            }
            guard 1...longest ~= decode[index] else {
                throw InvalidInput(field: "decode.\(index)", rule: "must be a whole number from 1 to \(longest)")
            }
        }
        try InvalidInput.check(weights: weights, count: prefill.count, of: "prefill")
        self.prefill = prefill
        self.decode = decode
        self.weights = weights
    }

    /// The number of requests.
    public var count: Int { prefill.count }

    /// Weight of the request at `index`; 1 where no weights were given.
    public func weight(at index: Int) -> Double { weights?[index] ?? 1 }
}

extension Workload {
    /// E[D], the steps of a request; nil where only the slot load is known.
    public var meanDecode: Double? {
        switch requests {
        case .independent(_, let decode): return decode.decodeMoments.mean
        case .trace(let trace):
            var steps = CompensatedSum()
            var weights = CompensatedSum()
            for index in 0..<trace.count {
                steps += trace.weight(at: index) * Double(trace.decode[index])
                weights += trace.weight(at: index)
            }
            return steps.value / weights.value
        case .moments: return nil
        }
    }
}

extension Workload {
    /// The mean load of one Attention instance of `batchSize` slots over the horizon, tokens (paper v1).
    ///
    /// From an empty start with geometric D, p = 1/μ_D and K = N/(Bp) steps:
    /// T̄ = B [ μ_P + ((1−p)/p) (1 − (1 − (1−p)^K)/(pK)) ]; without a horizon, Bθ.
    public func meanLoad(batchSize: Int) -> Double {
        let b = Double(batchSize)
        guard let horizonRequests, case .independent(let prefill, let decode) = requests,
            case .geometric(let mean) = decode.shape
        else { return b * slotLoad.mean }
        let prefillMean = prefill.moments.mean
        let p = 1 / mean
        guard p < 1 else { return b * prefillMean }
        let steps = Double(horizonRequests) / (b * p)
        let finished = -expm1(steps * log1p(-p))
        return b * (prefillMean + (mean - 1) * (1 - finished / (p * steps)))
    }
}

extension Workload {
    /// h: how fast a slot forgets its load, a step, as one exponential e^(−hk) for its autocorrelation; 0 where single
    /// requests are not known or the load does not vary.
    ///
    /// Two rates are known without a simulation, and equal where the autocorrelation is exponential (fixed P, geometric D:
    /// both 1/E[D]); the slower is taken.
    /// - At once: a step changes the load by one token, or, with probability 1/E[D], from P + D to the P′ of the next
    ///   request, so 1 − ρ(1) ≈ (2 Var P + Var D + 2 Cov(P, D) + E[D]²)/(2 ν² E[D]). The drift is left out.
    /// - In the long run: with S = Σ_{j<D} (P + j − θ), whose mean is 0, a mean over w steps has the variance
    ///   E[S²]/(w E[D]) (renewal–reward), against 2ν²/(wh) of an exponential.
    var decorrelationRate: Double {
        guard slotLoad.standardDeviation > 0 else { return 0 }
        var jump = 0.0
        var square = 0.0
        let meanDecode: Double
        switch requests {
        case .moments: return 0
        case .independent(let prefill, let decode):
            let p = prefill.moments
            let d = decode.decodeMoments
            meanDecode = d.mean
            jump = 2 * p.variance + d.variance + d.mean * d.mean
            // S = D(P − θ) + D(D − 1)/2.
            let offset = p.mean - slotLoad.mean
            square =
                (d.factorial2 + d.mean) * (p.variance + offset * offset)
                + offset * (d.factorial3 + 2 * d.factorial2)
                + (d.factorial4 + 4 * d.factorial3 + 2 * d.factorial2) / 4
        case .trace(let trace):
            var total = 0.0
            var steps = 0.0
            var start = (first: 0.0, second: 0.0)
            var end = (first: 0.0, second: 0.0)
            for index in 0..<trace.count {
                let weight = trace.weight(at: index)
                let d = Double(trace.decode[index])
                let x = Double(trace.prefill[index]) - slotLoad.mean
                let sum = d * x + d * (d - 1) / 2
                total += weight
                steps += weight * d
                start.first += weight * x
                start.second += weight * x * x
                end.first += weight * (x + d)
                end.second += weight * (x + d) * (x + d)
                square += weight * sum * sum
            }
            meanDecode = steps / total
            square /= total
            func variance(_ moments: (first: Double, second: Double)) -> Double {
                moments.second / total - (moments.first / total) * (moments.first / total)
            }
            jump = variance(start) + variance(end) + meanDecode * meanDecode
        }
        let power = 2 * slotLoad.variance * meanDecode
        return min(1, max(0, jump / power), square > 0 ? power / square : 1)
    }
}

extension Workload {
    /// The requests of two tokens and more with their answers a token shorter, prompts as they are, and their share of all; nil where
    /// there are none. Moments of the slot load alone stay what they are.
    func afterFirstToken() throws(InvalidInput) -> (rest: Workload, share: Double)? {
        switch requests {
        case .moments: return (self, 1)
        case .independent(let prefill, let decode):
            guard let (rest, share) = try decode.afterFirst() else { return nil }
            return (try Workload(.independent(prefill: prefill, decode: rest)), share)
        case .trace(let trace):
            var total = 0.0
            var prefill: [Int] = []
            var decode: [Int] = []
            var weights: [Double] = []
            for index in 0..<trace.count {
                let weight = trace.weight(at: index)
                total += weight
                guard trace.decode[index] > 1, weight > 0 else { continue }
                prefill.append(trace.prefill[index])
                decode.append(trace.decode[index] - 1)
                weights.append(weight)
            }
            guard !prefill.isEmpty else { return nil }
            let rest = try RequestTrace(prefill: prefill, decode: decode, weights: weights)
            return (try Workload(.trace(rest)), weights.reduce(0, +) / total)
        }
    }
}

extension LengthDistribution {
    /// Of a decode length D: the distribution of D − 1 where D is 2 or more, and the probability of that; nil where that is 0.
    ///
    /// A lognormal is taken at the points of ``points(atLeast:)``.
    func afterFirst() throws(InvalidInput) -> (rest: LengthDistribution, share: Double)? {
        switch shape {
        case .geometric(let mean):
            // It has no memory.
            return mean > 1 ? (self, 1 - 1 / mean) : nil
        case .uniform(let minimum, let maximum):
            guard maximum > 1 else { return nil }
            let least = max(minimum, 2)
            let share = Double(maximum - least + 1) / Double(maximum - minimum + 1)
            return (try .uniform(minimum: least - 1, maximum: maximum - 1), share)
        case .fixed(let value):
            return try Self.afterFirst([(value, 1)])
        case .empirical(let lengths):
            return try Self.afterFirst(lengths.values.indices.map { (lengths.values[$0], lengths.weight(at: $0)) })
        case .lognormal:
            let points = points(atLeast: 1)
            return try Self.afterFirst(Array(zip(points.values, points.weights)))
        }
    }

    /// A length between 1 and 2 stands for one of the two, so that a part of it has a second step.
    private static func afterFirst(
        _ lengths: [(value: Double, weight: Double)]
    ) throws(InvalidInput) -> (rest: LengthDistribution, share: Double)? {
        let total = lengths.reduce(0) { $0 + $1.weight }
        let left = lengths.compactMap { value, weight in
            value > 1 && weight > 0 ? (value: max(1, value - 1), weight: weight * min(1, value - 1)) : nil
        }
        guard !left.isEmpty else { return nil }
        let rest = try EmpiricalLengths(values: left.map(\.value), weights: left.map(\.weight))
        return (.empirical(rest), left.reduce(0) { $0 + $1.weight } / total)
    }
}
