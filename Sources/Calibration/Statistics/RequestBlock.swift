import SizingNumerics

/// Exact sums over the requests that arrived in one window of time.
struct RequestBlock: TimeCell {
    /// Requests.
    private(set) var count = 0
    /// ΣP, ΣD, ΣP², ΣPD, ΣD², ΣS₂, ΣS₃ with S_k = Σ_{j<D} (P + j)^k; S₀ = D and S₁ = PD + D(D − 1)/2 follow.
    private(set) var sums = InlineArray<7, WideInteger>(repeating: .zero)

    /// The names of ``sums``, in order.
    static let names = ["p", "d", "pp", "pd", "dd", "s2", "s3"]

    init() {}

    init(count: Int, sums: InlineArray<7, WideInteger>) {
        self.count = count
        self.sums = sums
    }

    /// Adds a request with P in 0…1e9 and D in 1…1e9.
    @inline(__always)
    mutating func add(prefill: Int, decode: Int) {
        let p = UInt64(prefill)
        let d = UInt64(decode)
        let pd = p &* d
        let pairs = (d &* d &- d) / 2
        count += 1
        sums[0].add(p)
        sums[1].add(d)
        sums[2].add(p &* p)
        sums[3].add(pd)
        sums[4].add(d &* d)
        if (p &+ d) >> 16 == 0 {
            let cubes = pairs &* (2 &* d &- 1)
            sums[5].add(p &* (pd &+ 2 &* pairs) &+ cubes / 3)
            sums[6].add(p &* (p &* (pd &+ 3 &* pairs) &+ cubes) &+ pairs &* pairs)
            return
        }
        let wp = UInt128(p)
        let cubes = UInt128(pairs) &* UInt128(2 &* d &- 1)
        sums[5].add(wp &* UInt128(pd &+ 2 &* pairs) &+ cubes / 3)
        sums[6].add(
            wp &* (wp &* (UInt128(pd) &+ 3 &* UInt128(pairs)) &+ cubes) &+ UInt128(pairs) &* UInt128(pairs))
    }

    /// Adds `count` requests whose ``sums`` are known.
    mutating func add(_ count: Int, _ sums: InlineArray<7, UInt128>) {
        self.count.merge(count)
        for index in 0..<7 { self.sums[index].add(sums[index]) }
    }

    mutating func merge(_ other: RequestBlock) {
        count.merge(other.count)
        for index in 0..<7 { sums[index] = sums[index] + other.sums[index] }
    }

    static func == (a: RequestBlock, b: RequestBlock) -> Bool {
        guard a.count == b.count else { return false }
        for index in 0..<7 where a.sums[index] != b.sums[index] { return false }
        return true
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for index in 0..<7 { hasher.combine(sums[index]) }
    }

    /// Σ over the requests of 1, p, d, p², pd, d² around `prefillOrigin` and `decodeOrigin`, and of S₀…S₃ around `loadOrigin`.
    ///
    /// Whole numbers are shifted as such, so that nothing cancels.
    func centred(_ moments: RequestMoments) -> (lengths: [Double], loads: [Double]) {
        let n = WideInteger(count)
        let (p0, d0) = (moments.prefillOrigin, moments.decodeOrigin)
        let (p, d) = (sums[0] - n * p0, sums[1] - n * d0)
        let pp = sums[2] - sums[0] * p0 - p * p0
        let pd = sums[3] - sums[1] * p0 - p * d0
        let dd = sums[4] - sums[1] * d0 - d * d0
        var loads = [sums[1], sums[3] + (sums[4] - sums[1]).divided(by: 2), sums[5], sums[6]]
        WideInteger.shift(&loads, by: moments.loadOrigin)
        return ([n, p, d, pp, pd, dd].map(\.double), loads.map(\.double))
    }
}
