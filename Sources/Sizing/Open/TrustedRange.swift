/// Where the closed form was found right to three per cent against simulation (docs/accuracy.md).
enum TrustedRange {
    /// λE[D]/φ(S) up to which it is.
    static let utilisation = 0.95
    /// κ up to which it is. With loads that are remembered longer, waits and the slowest hundredth are longer than it says, unless
    /// the load does not matter.
    static let memory = 2.0
    /// Relative rise of TPOT at five deviations of the slowest instance's load up to which the load does not matter.
    static let loadMatters = 0.02

    /// - Parameters:
    ///   - rise: of TPOT at five deviations, relative.
    static func contains(share: Double, memory: Double, rise: Double) -> Bool {
        share <= utilisation && (memory <= Self.memory || rise <= loadMatters)
    }
}
