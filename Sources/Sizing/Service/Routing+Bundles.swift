extension Routing {
    /// What one of n bundles gets, and the bundle that gets it.
    func split(_ arrivals: Arrivals, _ bundle: SolvedBundle, bundles n: Int) -> (SolvedBundle, Arrivals) {
        guard n > 1 else { return (bundle, arrivals) }
        switch self {
        case .leastLoaded: return (bundle.pooled(n), arrivals)
        case .roundRobin: return (bundle, arrivals.everyNth(n))
        case .random: return (bundle, arrivals.thinned(to: n))
        }
    }
}
