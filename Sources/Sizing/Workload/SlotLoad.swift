import SizingNumerics
import Text

/// The stationary load of one slot, in tokens: what a slot weighs at a random step.
///
/// A slot holds one request after another; at age j = 0 … D−1 it weighs P + j. By renewal–reward (paper v3/v4) the k-th
/// moment is E[Σ_{j<D} (P+j)^k] / E[D], so long requests count longer.
public struct SlotLoad: Hashable, Sendable {
    /// θ, tokens.
    public let mean: Double
    /// ν, tokens.
    public let standardDeviation: Double
    /// E[(load − θ)³] / ν³; 0 where ν is 0.
    public let skewness: Double

    /// - Throws: `InvalidInput` naming `mean`, `stddev` or `skewness` unless the first two lie in 0…1e10 and the third in
    ///   ±1e6.
    public init(mean: Double, standardDeviation: Double, skewness: Double = 0) throws(InvalidInput) {
        try InvalidInput.check(mean, in: 0...1e10, field: "mean")
        try InvalidInput.check(standardDeviation, in: 0...1e10, field: "stddev")
        try InvalidInput.check(skewness, in: -1e6...1e6, field: "skewness")
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.skewness = standardDeviation > 0 ? skewness : 0
    }

    /// ν², tokens².
    public var variance: Double { standardDeviation * standardDeviation }

    private init(mean: Double, variance: Double, thirdCentral: Double) {
        self.mean = mean
        // A relative variance below 1e-28 is rounding error of the sums; one below 1e-24 tokens² is no spread of whole
        // tokens, and its powers would leave the range of a double.
        standardDeviation = variance > max(1e-28 * mean * mean, 1e-24) ? variance.squareRoot() : 0
        skewness = standardDeviation > 0 ? thirdCentral / (variance * standardDeviation) : 0
    }

    /// The load where prefill and decode lengths are independent.
    ///
    /// Then the load is P + J with J, the age, independent of P: E[J] = E[D(D−1)] / (2 E[D]) and so on, from
    /// Σ_{j<D} j = C(D,2), Σ j² = 2C(D,3) + C(D,2), Σ j³ = 6C(D,4) + 6C(D,3) + C(D,2). Variances and third central moments
    /// add, so a long prefill does not drown the age's.
    public init(prefill: LengthDistribution, decode: LengthDistribution) {
        let p = prefill.moments
        let d = decode.decodeMoments
        let j1 = d.factorial2 / (2 * d.mean)
        let j2 = (d.factorial3 / 3 + d.factorial2 / 2) / d.mean
        let j3 = (d.factorial4 / 4 + d.factorial3 + d.factorial2 / 2) / d.mean
        let variance = max(0, j2 - j1 * j1)
        let third = variance > 0 ? j3 - 3 * j1 * j2 + 2 * j1 * j1 * j1 : 0
        self.init(mean: p.mean + j1, variance: p.variance + variance, thirdCentral: p.thirdCentral + third)
    }

    /// The load of a trace, with each request's lengths kept together (a ratio estimator).
    ///
    /// The second pass is centred on θ, so nothing cancels.
    public init(trace: RequestTrace) {
        var steps = CompensatedSum()
        var load = CompensatedSum()
        for index in 0..<trace.count {
            let p = Double(trace.prefill[index])
            let d = Double(trace.decode[index])
            let weight = trace.weight(at: index)
            steps += weight * d
            load += weight * (p * d + d * (d - 1) / 2)
        }
        let mean = load.value / steps.value
        var second = CompensatedSum()
        var third = CompensatedSum()
        for index in 0..<trace.count {
            let a = Double(trace.prefill[index]) - mean
            let d = Double(trace.decode[index])
            let weight = trace.weight(at: index)
            let s1 = d * (d - 1) / 2
            let s2 = d * (d - 1) * (2 * d - 1) / 6
            second += weight * (d * a * a + 2 * a * s1 + s2)
            third += weight * (d * a * a * a + 3 * a * a * s1 + 3 * a * s2 + s1 * s1)
        }
        self.init(mean: mean, variance: max(0, second.value / steps.value), thirdCentral: third.value / steps.value)
    }

    /// The load of a slot that is full with probability `occupancy` and weighs nothing otherwise, independent of all others.
    public func occupied(_ occupancy: Double) -> SlotLoad {
        // Around 0: E[X], E[X²], E[X³] of a full slot, each times ρ.
        let second = variance + mean * mean
        let third = skewness * variance * standardDeviation + 3 * mean * variance + mean * mean * mean
        let centre = occupancy * mean
        let thirdCentral = occupancy * third - 3 * centre * occupancy * second + 2 * centre * centre * centre
        return SlotLoad(
            mean: centre, variance: occupancy * variance + occupancy * (1 - occupancy) * mean * mean,
            thirdCentral: thirdCentral)
    }

    /// The load with a constant and an independent normal added.
    func widened(by added: Double, movedBy shift: Double) -> SlotLoad {
        SlotLoad(
            mean: mean + shift, variance: variance + added,
            thirdCentral: skewness * variance * standardDeviation)
    }

    /// Mean 1 and deviation 1, normal.
    static let unit = SlotLoad(mean: 1, variance: 1, thirdCentral: 0)
}

/// What makes a slot's load vary beside the request in it: it may be empty, and the kernel that reads it takes longer or shorter,
/// as if the load were another.
struct SlotScatter: Hashable, Sendable {
    /// ρ, the probability that the slot is full.
    let occupancy: Double
    /// A constant that is added to the mean, and the variance of an independent normal that is added to the load, tokens and
    /// tokens². The mean may fall, but not below 0.
    var shift = 0.0
    var variance = 0.0

    /// Mean and spread of `load` with it.
    func applied(to load: SlotLoad) -> SlotLoad {
        let occupied = occupancy < 1 ? load.occupied(occupancy) : load
        return shift != 0 || variance > 0 ? occupied.widened(by: variance, movedBy: shift) : occupied
    }
}
