import SizingNumerics

extension RequestSums {
    /// The longest length of the requests that ``since(_:)`` can tell of is below 2 to this power: their sums stay below 2¹²⁸.
    static let longestSince = 20

    /// What was added since the sums were `before`, all with lengths below 2^``longestSince``, as a ``RequestBlock`` counts it.
    ///
    /// Each sum is named and not indexed by a loop, for which the sums were copied each time.
    func since(_ before: RequestSums) -> (count: Int, sums: InlineArray<7, UInt128>) {
        let (p, d) = (self[0].low &- before[0].low, self[1].low &- before[1].low)
        let (pp, pd, dd) = (
            self[2].low &- before[2].low, self[3].low &- before[3].low, self[4].low &- before[4].low
        )
        let (ppd, pdd, ddd) = (
            self[6].low &- before[6].low, self[7].low &- before[7].low, self[8].low &- before[8].low
        )
        let (pppd, ppdd) = (self[10].low &- before[10].low, self[11].low &- before[11].low)
        let (pddd, dddd) = (self[12].low &- before[12].low, self[13].low &- before[13].low)
        // S₂ = P²D + PD² − PD + (2D³ − 3D² + D)/6;  S₃ = P³D + 3(P²D² − P²D)/2 + P(2D³ − 3D² + D)/2 + (D⁴ − 2D³ + D²)/4. The parts in
        // brackets are whole multiples, of a sum as of each request; a third is the product with the inverse of 3 modulo 2¹²⁸.
        let third: UInt128 = .max / 3 &* 2 &+ 1
        let squares = (2 &* ddd &- 3 &* dd &+ d) >> 1 &* third
        let s2 = ppd &+ pdd &- pd &+ squares
        let s3 =
            pppd &+ 3 &* (ppdd &- ppd) >> 1 &+ (2 &* pddd &- 3 &* pdd &+ pd) >> 1 &+ (dddd &- 2 &* ddd &+ dd) >> 2
        return (count - before.count, [p, d, pp, pd, dd, s2, s3])
    }
}
