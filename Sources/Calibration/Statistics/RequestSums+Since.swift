import SizingNumerics

extension RequestSums {
    /// The sums as they were at some moment: those that a ``RequestBlock`` follows from, modulo 2¹²⁸.
    struct Mark: Sendable {
        fileprivate var count = 0
        /// ΣP^i D^j, in the order of ``RequestSums/terms``.
        fileprivate var powers = InlineArray<14, UInt128>(repeating: 0)

        /// Before the first request.
        init() {}

        /// Takes the sums as they are.
        mutating func set(_ sums: borrowing RequestSums) {
            count = sums.count
            for index in 0..<14 { powers[index] = sums[index].low }
        }
    }

    /// The longest length, less one, of the requests that ``since(_:)`` can tell of: their sums stay below 2¹²⁸.
    static let markedLengths = 20

    /// The requests that were added since `mark`, all with lengths below 2^``markedLengths``, as a ``RequestBlock`` counts them.
    func since(_ mark: borrowing Mark) -> (count: Int, sums: InlineArray<7, UInt128>) {
        var power = InlineArray<14, UInt128>(repeating: 0)
        for index in 0..<14 { power[index] = self[index].low &- mark.powers[index] }
        let (p, d, pp, pd, dd) = (power[0], power[1], power[2], power[3], power[4])
        let (ppd, pdd, ddd) = (power[6], power[7], power[8])
        let (pppd, ppdd, pddd, dddd) = (power[10], power[11], power[12], power[13])
        // S₂ = P²D + PD² − PD + (2D³ − 3D² + D)/6;  S₃ = P³D + 3(P²D² − P²D)/2 + P(2D³ − 3D² + D)/2 + (D⁴ − 2D³ + D²)/4. The parts in
        // brackets are whole multiples, of a sum as of each request; a third is the product with the inverse of 3 modulo 2¹²⁸.
        let third: UInt128 = .max / 3 &* 2 &+ 1
        let squares = (2 &* ddd &- 3 &* dd &+ d) >> 1 &* third
        let s2 = ppd &+ pdd &- pd &+ squares
        let s3 =
            pppd &+ 3 &* (ppdd &- ppd) >> 1 &+ (2 &* pddd &- 3 &* pdd &+ pd) >> 1 &+ (dddd &- 2 &* ddd &+ dd) >> 2
        return (count - mark.count, [p, d, pp, pd, dd, s2, s3])
    }
}
