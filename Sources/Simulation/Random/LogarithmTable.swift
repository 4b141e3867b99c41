/// The natural logarithm of IEEE additions and multiplications alone, as ``PortableMath`` is, but without a division and in
/// half the time: for drawing geometric lengths, which is what a simulation does most.
///
/// x = 2^k · m with √½ ≤ m < √2; m falls into one of 128 cells around a point c, and log m = log c + log1p(m/c − 1), the
/// last by its series. The cell of 1 is around 1 itself, so that log 1 = 0 and what is close to 1 keeps its digits.
struct LogarithmTable: Sendable {
    private struct Cell: Sendable {
        /// 1/c.
        var reciprocal: Double
        /// log c.
        var logarithm: Double
    }

    /// One for all samplers.
    static let shared = LogarithmTable()

    private let cells: [Cell]

    init() {
        let cellOfOne = (1.0.bitPattern - PortableMath.rootOfHalf) >> 45
        cells = (0..<128 as Range<UInt64>).map { index in
            let centre = index == cellOfOne ? 1 : Double(bitPattern: PortableMath.rootOfHalf + index << 45 + 1 << 44)
            return Cell(reciprocal: 1 / centre, logarithm: PortableMath.log(centre))
        }
    }

    /// log x of a positive, finite, normal `x`; absolute error below 1e-15 · max(1, |log x|).
    @inline(__always)
    func log(_ x: Double) -> Double {
        let (exponent, m, place) = PortableMath.parts(of: x)
        let cell = cells[Int(truncatingIfNeeded: (place >> 45) & 127)]
        let t = m * cell.reciprocal - 1
        let s = t * t
        let series = t + s * ((t * (1.0 / 3) - 0.5) + s * ((t * 0.2 - 0.25) - s * (1.0 / 6)))
        let k = Double(exponent)
        return k * PortableMath.ln2High + (cell.logarithm + (k * PortableMath.ln2Low + series))
    }
}
