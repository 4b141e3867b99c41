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

    /// The wait in a pool with one queue: (I + C_s²)/2 · C(c, a)/(c − a) · E[S] in the mean (Allen and Cunneen; of one server with
    /// Poisson arrivals it is Pollaczek and Khinchine's, of exponential services Erlang's, exact both). `nil` where the load is c or
    /// more.
    ///
    /// Arrivals other than Poisson: Krämer and Langenbach-Belz' correction of the mean, exp(−(1 − ρ)(I − 1)/(I + 4C_s²)) for I > 1,
    /// exp(−2(1 − ρ)(1 − I)²/(3ρ(I + C_s²))) for I < 1.
    public static func pool(
        servers: Int, rate: Double, service: ServiceTime, dispersion: Double = 1
    ) -> WaitingTime? {
        let load = rate * service.mean
        guard load < Double(servers) else { return nil }
        guard load > 0 else { return WaitingTime.none }
        let spread =
            (dispersion + service.squaredVariation) / 2 * correction(load / Double(servers), dispersion, service)
        return WaitingTime(
            probability: ErlangC.waitingProbability(servers: servers, load: load),
            meanWhereWaiting: spread * service.mean / (Double(servers) - load))
    }

    private static func correction(_ share: Double, _ dispersion: Double, _ service: ServiceTime) -> Double {
        let scatter = service.squaredVariation
        if dispersion == 1 { return 1 }
        if dispersion > 1 { return exp(-(1 - share) * (dispersion - 1) / (dispersion + 4 * scatter)) }
        let missing = 1 - dispersion
        return exp(-2 * (1 - share) * missing * missing / (3 * share * (dispersion + scatter)))
    }
}
