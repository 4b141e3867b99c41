/// What is left to prefill of prompts whose beginnings are cached: sums over requests, in whole tokens.
///
/// They may be differences of sums on the way: additions wrap.
struct UncachedSums: Hashable, Sendable {
    private(set) var requests = 0
    /// Σ P, Σ u, Σ u², Σ u·h, ΣD and Σ (uD + D(D − 1)/2), with u = P − h uncached of h cached tokens.
    private(set) var prompt: UInt128 = 0
    private(set) var uncached: UInt128 = 0
    private(set) var squares: UInt128 = 0
    private(set) var products: UInt128 = 0
    private(set) var steps: UInt128 = 0
    private(set) var loads: UInt128 = 0

    /// Adds a request with P and D in 0…1e9 and h in 0…P.
    mutating func add(prefill: Int, cached: Int, decode: Int) {
        add(UncachedSums(prefill: prefill, cached: cached, decode: decode))
    }

    init() {}

    /// One request, with P and D in 0…1e9 and h in 0…P: no product has more than 61 bits.
    @inline(__always)
    init(prefill: Int, cached: Int, decode: Int) {
        let u = UInt64(prefill - cached)
        let d = UInt64(decode)
        requests = 1
        prompt = UInt128(UInt64(prefill))
        uncached = UInt128(u)
        squares = UInt128(u &* u)
        products = UInt128(u &* UInt64(cached))
        steps = UInt128(d)
        loads = UInt128(u &* d &+ (d > 0 ? d &* (d - 1) / 2 : 0))
    }

    @inline(__always)
    mutating func add(_ other: UncachedSums) {
        requests &+= other.requests
        prompt &+= other.prompt
        uncached &+= other.uncached
        squares &+= other.squares
        products &+= other.products
        steps &+= other.steps
        loads &+= other.loads
    }

    @inline(__always)
    mutating func subtract(_ other: UncachedSums) {
        requests &-= other.requests
        prompt &-= other.prompt
        uncached &-= other.uncached
        squares &-= other.squares
        products &-= other.products
        steps &-= other.steps
        loads &-= other.loads
    }
}
