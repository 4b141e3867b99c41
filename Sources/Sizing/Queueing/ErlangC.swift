import Glibc

/// The probability of waiting in M/M/c, and what follows from it.
///
/// Erlang B by its recursion in the inverse, 1/B(c) = 1 + (c/a)/B(c − 1), loses nothing and overflows for small loads only, where the
/// answer is 0. Its terms are Π j/a from the top down: those beyond 1e-18 of the sum are left out, so that 10⁵ servers take
/// some thousand steps.
public enum ErlangC {
    /// C(c, a): all servers are busy. 1 at a load of c or more.
    ///
    /// - Parameters:
    ///   - servers: c, 1 or more.
    ///   - load: a, offered load in servers, not negative.
    public static func waitingProbability(servers: Int, load: Double) -> Double {
        guard load > 0 else { return 0 }
        let c = Double(servers)
        guard load < c else { return 1 }
        // 1/B = Σ_{i=0…c} c(c − 1)…(c − i + 1)/aⁱ.
        var term = 1.0
        var inverse = 1.0
        for i in 0..<servers {
            term *= (c - Double(i)) / load
            inverse += term
            if !inverse.isFinite { return 0 }
            if term < 1e-18 * inverse { break }
        }
        // C = B/(1 − ρ(1 − B)).
        let share = load / c
        return 1 / (inverse * (1 - share) + share)
    }

    /// C between whole numbers of servers, by its logarithm in a straight line.
    ///
    /// - Parameters:
    ///   - servers: over 0.
    ///   - load: a, offered load in servers, not negative.
    static func waitingProbability(servers: Double, load: Double) -> Double {
        let below = servers.rounded(.down)
        let part = servers - below
        let high = waitingProbability(servers: Int(below) + 1, load: load)
        guard part < 1 else { return high }
        let low = below < 1 ? 1 : waitingProbability(servers: Int(below), load: load)
        guard low > 0, high > 0 else { return low * (1 - part) }
        return exp(log(low) * (1 - part) + log(high) * part)
    }
}
