import Glibc

/// A waiting time that is 0 with a probability and else exponential: exact for M/M/c, the usual tail for others.
///
/// With a mean of E[W] and a probability C of waiting, P(W > t) = C e^(−tC/E[W]) (Tijms, A First Course in Stochastic Models,
/// 2003, section 9.2).
public struct WaitingTime: Hashable, Sendable {
    /// C, 0…1.
    public let probability: Double
    /// E[W | W > 0], microseconds.
    public let meanWhereWaiting: Double

    public init(probability: Double, meanWhereWaiting: Double) {
        self.probability = min(1, max(0, probability))
        self.meanWhereWaiting = max(0, meanWhereWaiting)
    }

    public static let none = WaitingTime(probability: 0, meanWhereWaiting: 0)

    /// E[W], microseconds.
    public var mean: Double { probability * meanWhereWaiting }

    /// P(W > t).
    public func tail(_ time: Double) -> Double {
        guard time >= 0 else { return 1 }
        return meanWhereWaiting > 0 ? probability * exp(-time / meanWhereWaiting) : 0
    }

    /// The least t with P(W ≤ t) ≥ p, for p in 0..<1.
    public func percentile(_ p: Double) -> Double {
        guard probability > 1 - p else { return 0 }
        return meanWhereWaiting * log(probability / (1 - p))
    }
}

extension WaitingTime {
    /// The wait in M/G/1 (Pollaczek and Khinchine): λE[S²]/(2(1 − ρ)) in the mean. `nil` where ρ ≥ 1.
    ///
    /// - Parameters:
    ///   - service: what one request takes of a server.
    ///   - rate: λ, a microsecond.
    ///   - dispersion: I of the arrivals, 1 for Poisson; others by Kingman's (I + C_s²)/2.
    public static func single(rate: Double, service: ServiceTime, dispersion: Double = 1) -> WaitingTime? {
        pool(servers: 1, rate: rate, service: service, dispersion: dispersion)
    }

    /// The wait in a pool with one queue. `nil` where the load is c or more.
    ///
    /// Poisson arrivals: (1 + C_s²)/2 · C(c, a)/(c − a) · E[S] in the mean (Allen and Cunneen; of one server it is Pollaczek and
    /// Khinchine's, of exponential services Erlang's, exact both).
    ///
    /// Others are taken as renewals with gamma gaps of a squared variation I, whose counts have that dispersion in the long run. With one
    /// exponential server the probability of waiting is then the root σ of σ = A*((1 − σ)/E[S]), A*(s) = (1 + I s/λ)^(−1/I), and E[W | W > 0]
    /// = E[S]/(1 − σ) (Asmussen, Applied Probability and Queues, 2003, VIII.3a: GI/M/1, exact). For c servers σ is that of one c times
    /// as fast, and C(c/z, a/z)σ/ρ wait: numbers are as peaked as z = 1 + (I − 1)/2 · (1 − 1/c) says (Hayward; at c = 1 σ has all of
    /// it). Other services count (I + C_s²)/(I + 1) as much.
    public static func pool(
        servers: Int, rate: Double, service: ServiceTime, dispersion: Double = 1
    ) -> WaitingTime? {
        let load = rate * service.mean
        let c = Double(servers)
        guard load < c else { return nil }
        guard load > 0 else { return WaitingTime.none }
        let share = load / c
        let waiting = root(share: share, dispersion: dispersion)
        let peakedness = 1 + (dispersion - 1) / 2 * (1 - 1 / c)
        var erlang = ErlangC.waitingProbability(servers: servers, load: load)
        if dispersion != 1 {
            // Between whole servers it is an interpolation, which must not turn the order round.
            let peaked = ErlangC.waitingProbability(servers: c / peakedness, load: load / peakedness)
            erlang = dispersion > 1 ? max(erlang, peaked) : min(erlang, peaked)
        }
        return WaitingTime(
            probability: erlang * waiting / share,
            meanWhereWaiting: (dispersion + service.squaredVariation) / (dispersion + 1) * service.mean
                / (c * (1 - waiting)))
    }

    /// σ of GI/M/1 at a load ρ, for gamma gaps of a squared variation I: the root below 1 of σ = (1 + (1 − σ)I/ρ)^(−1/I).
    static func root(share: Double, dispersion: Double) -> Double {
        guard dispersion != 1 else { return share }
        // In y = 1 − σ: ln(1 − y) + ln(1 + yI/ρ)/I rises from 0 at y = 0 and falls to −∞ at 1.
        func isBelow(_ y: Double) -> Bool { log1p(-y) + log1p(y * dispersion / share) / dispersion > 0 }
        var (low, high) = (0.0, 1.0)
        for _ in 0..<52 {
            let middle = (low + high) / 2
            if isBelow(middle) { low = middle } else { high = middle }
        }
        return 1 - max(low, Double.leastNormalMagnitude)
    }
}
