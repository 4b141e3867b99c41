import Glibc

/// The stationary number of requests in a bundle (model section 8): π(k) ∝ Π_{j≤k} λE[D]/φ(j), φ(j) = j/TPOT(j), and beyond S a
/// geometric tail.
///
/// All requests present progress at one pace, so the bundle is processor sharing with a rate that depends on the state: its
/// distribution is of this form for every law of D with the same mean (Cohen, The multiple phase service network with
/// generalized processor sharing, Acta Informatica 12, 1979; Kelly, Reversibility and Stochastic Networks, 1979, section 3.3).
///
/// **Peakedness.** Where numbers scatter z times as much as Poisson arrivals make them, states lie z requests apart
/// (Hayward's approximation: λ/z, S/z, TPOT(kz)).
///
/// **Blocks.** ln π rises by ψ(k) = ln(λE[D] TPOT(k)/k) a state. States are taken in strides of h, from S down over the window where
/// ln π is within ``reach`` of its largest: h is an eighth of the least deviation that the distribution can have there, √k, and the
/// sum of ψ over a stride is Simpson's. Against the product state by state means are right to 1e-5, the waiting
/// probability to 3e-4. Below ``exactStates`` states h is 1 and nothing is approximated.
struct Occupancy {
    /// Of ln π, below which states are left out: e⁻⁴⁵ of the largest.
    static let reach = 45.0
    /// States from which on strides are longer than 1.
    static let exactStates = 150.0

    /// Strides of the widest windows: more would not make the sums better.
    static let maximumStrides = 20_000.0

    /// E[min(k, S)].
    let inService: Double
    /// P(k ≥ S): an arrival waits.
    let waitingProbability: Double
    /// Mean of TPOT over tokens, microseconds.
    let meanPace: Double
    /// Mean busy shares.
    let busy: RoleShares
    /// Tokens a microsecond that the numbers below make.
    private let rate: Double
    /// Requests present, TPOT with them, and the part of the tokens that is made at it; by falling number.
    let numbers: [(requests: Double, pace: Double, share: Double)]

    /// - Parameters:
    ///   - work: λE[D], tokens a microsecond; positive.
    ///   - peakedness: z > 0.
    /// - Returns: nil where the bundle cannot serve it: λE[D] ≥ φ(S).
    init?(_ curve: PaceCurve, work: Double, peakedness z: Double) {
        guard work < curve.capacity, work > 0 else { return nil }
        let slots = curve.slots
        let window = OccupancyWindow(curve, work: work, spacing: z, reach: Self.reach)
        let states = window.low / z
        var stride = states > Self.exactStates ? max(1, (states.squareRoot() / 8).rounded(.down)) : 1
        let steepness = abs(log(work / curve.capacity))
        let endsAtSlots = window.high >= slots - z
        if endsAtSlots { stride = max(1, min(stride, (0.5 / max(1e-3, steepness)).rounded(.down))) }
        stride = max(stride, ((window.high - window.low) / z / Self.maximumStrides).rounded(.up))
        let width = stride * z
        // The lattice hangs from S where that counts, and else stands on 0: with few requests a state of one is a state of one.
        let top = endsAtSlots ? slots : min(slots, (window.high / width).rounded(.up) * width)

        var index = curve.segment(at: top)
        func psi(_ k: Double) -> Double {
            while index > 0, curve.knots[index].requests > k { index -= 1 }
            return log(work * curve.pace(at: k, in: index) / k)
        }
        var k = top
        // ln π of the state at k, and of the largest so far: sums are in units of it.
        var logWeight = 0.0
        var scale = 0.0
        var mass = 0.0
        var service = 0.0
        var made = 0.0
        var madeTimesPace = 0.0
        var busy = RoleShares.zero
        var list: [(requests: Double, pace: Double, share: Double)] = []
        var atSlots = 0.0
        while true {
            if logWeight > scale + 200 {
                let factor = exp(scale - logWeight)
                mass *= factor
                service *= factor
                made *= factor
                madeTimesPace *= factor
                atSlots *= factor
                busy = busy.scaled(by: factor)
                for place in list.indices { list[place].share *= factor }
                scale = logWeight
            }
            var weight = exp(logWeight - scale) * stride
            if k == slots {
                // Euler and Maclaurin's end of the sum over single states, from that over strides.
                let one = weight / stride
                atSlots = one
                weight += one * ((stride * stride - 1) / 12 * steepness - (stride - 1) / 2)
                // Beyond S the pace stays: what waits adds to the states with every slot full.
                let waiting = one * (work / curve.capacity) / (1 - work / curve.capacity)
                weight += waiting
            }
            // The state nearest to none: where z is not quite 1, that of one request lies not quite at 1.
            let isEmpty = k < z / 2
            if !isEmpty {
                while index > 0, curve.knots[index].requests > k { index -= 1 }
                let pace = curve.pace(at: k, in: index)
                let tokens = weight * k / pace
                service += weight * k
                made += tokens
                madeTimesPace += tokens * pace
                busy = busy + curve.busy(at: k).scaled(by: weight)
                list.append((k, pace, tokens))
            }
            mass += weight
            if isEmpty || k - width < window.low - width { break }
            let next = k - width
            if stride == 1 {
                logWeight -= psi(k)
            } else {
                let (upper, lower) = (k + z / 2, next + z / 2)
                guard lower > 0 else { break }
                // At S the curve ends: ψ above it is that at S.
                logWeight -= stride * (psi(min(upper, slots)) + 4 * psi((upper + lower) / 2) + psi(lower)) / 6
            }
            k = next
        }
        // Where next to all states have every slot full, rounding alone can lead beyond the whole.
        inService = min(slots, service / mass)
        waitingProbability = min(1, atSlots / (1 - work / curve.capacity) / mass)
        meanPace = made > 0 ? madeTimesPace / made : curve.knots[0].pace
        self.busy = busy.scaled(by: 1 / mass).atMostOne
        rate = made / mass
        numbers = list.map { ($0.requests, $0.pace, $0.share / made) }
    }

    /// P(one of n bundles is empty) where each request goes to the one with the fewest.
    ///
    /// With fewer than n requests one is. With k of n and more, each bundle has one or two, and a departure empties one where it is of a
    /// bundle with one: of k + 1 requests before, 2n − k − 1 are alone.
    func emptyProbability(bundles n: Double) -> Double {
        let taken = numbers.reduce(0) { sum, number in
            let k = number.requests
            let isEmpty = k < n - 0.5 ? 1 : max(0, (2 * n - k - 1) / (k + 1))
            return sum + (1 - min(1, isEmpty)) * number.share * number.pace / k
        }
        return min(1, max(0, 1 - rate * taken))
    }

    /// TPOT that the fraction p of tokens does not exceed, microseconds.
    func pace(percentile p: Double) -> Double {
        var above = 0.0
        var previous: (above: Double, pace: Double)?
        for (_, pace, share) in numbers {
            let middle = above + share / 2
            if middle >= 1 - p {
                guard let previous, middle > previous.above else { return pace }
                let part = (1 - p - previous.above) / (middle - previous.above)
                return previous.pace + part * (pace - previous.pace)
            }
            previous = (middle, pace)
            above += share
        }
        return numbers.last?.pace ?? meanPace
    }

    /// Share of tokens at a TPOT of at most `limit`.
    func share(within limit: Double) -> Double {
        numbers.reduce(0) { $0 + ($1.pace <= limit ? $1.share : 0) }
    }
}
