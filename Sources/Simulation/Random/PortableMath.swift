import Sizing
import SizingNumerics

/// Elementary functions made of IEEE additions, multiplications, divisions and square roots alone.
///
/// The C library's `log` and `exp` may differ in the last bit between machines; a simulation whose seed must give the same
/// bytes everywhere cannot call them. Relative error below 1e-15 (``log(_:)``) and 1e-14 (``exp(_:)``), which is far below
/// what sampling needs.
enum PortableMath {
    static let ln2High = 0x1.62e42fee00000p-1
    static let ln2Low = 0x1.a39ef35793c76p-33

    /// The representation of √½.
    static let rootOfHalf: UInt64 = 0x3FE6_A09E_667F_3BCD

    /// x = 2^exponent · m with √½ ≤ m < √2, and how far m lies above √½: in the low 52 bits of `place`, evenly in the
    /// representation. For a positive, finite, normal `x`.
    @inline(__always)
    static func parts(of x: Double) -> (exponent: Int, m: Double, place: UInt64) {
        let bits = x.bitPattern
        // Adding the distance from √½ to 1 carries into the exponent where m ≥ √2.
        let shifted = bits &+ (1.0.bitPattern - rootOfHalf)
        let exponent = Int(truncatingIfNeeded: shifted >> 52) &- 1023
        return (exponent, Double(bitPattern: bits &- (UInt64(bitPattern: Int64(exponent)) << 52)), shifted)
    }

    /// The natural logarithm of a positive, finite, normal `x`.
    ///
    /// x = 2^k · m with √½ ≤ m < √2; log m = 2 artanh s, s = (m − 1)/(m + 1), |s| ≤ 0.1716, as a series in s².
    static func log(_ x: Double) -> Double {
        let (exponent, m, _) = parts(of: x)
        let s = (m - 1) / (m + 1)
        let q = s * s
        var sum = 1.0 / 21
        sum = sum * q + 1.0 / 19
        sum = sum * q + 1.0 / 17
        sum = sum * q + 1.0 / 15
        sum = sum * q + 1.0 / 13
        sum = sum * q + 1.0 / 11
        sum = sum * q + 1.0 / 9
        sum = sum * q + 1.0 / 7
        sum = sum * q + 1.0 / 5
        sum = sum * q + 1.0 / 3
        let k = Double(exponent)
        return k * ln2High + (2 * s + (2 * s * q * sum + k * ln2Low))
    }

    /// e^x for |x| ≤ 700; cut there.
    ///
    /// x = k ln 2 + t with |t| ≤ 0.347; e^t by its series.
    @inline(__always)
    static func exp(_ x: Double) -> Double {
        let x = min(700, max(-700, x))
        // Added and taken off again, this rounds to the nearest whole number.
        let rounder = 0x1.8p52
        let k = (x * (1 / (ln2High + ln2Low)) + rounder) - rounder
        let t = (x - k * ln2High) - k * ln2Low
        var sum = 1.0 / 87_178_291_200
        sum = sum * t + 1.0 / 6_227_020_800
        sum = sum * t + 1.0 / 479_001_600
        sum = sum * t + 1.0 / 39_916_800
        sum = sum * t + 1.0 / 3_628_800
        sum = sum * t + 1.0 / 362_880
        sum = sum * t + 1.0 / 40_320
        sum = sum * t + 1.0 / 5_040
        sum = sum * t + 1.0 / 720
        sum = sum * t + 1.0 / 120
        sum = sum * t + 1.0 / 24
        sum = sum * t + 1.0 / 6
        sum = sum * t + 0.5
        sum = sum * t + 1
        sum = sum * t + 1
        return sum * Double(bitPattern: UInt64(Int64(k) + 1023) << 52)
    }

    /// Φ⁻¹(p) for 0 < p < 1 by Acklam's rational approximation (relative error 1.2e-9).
    static func normalQuantile(_ p: Double) -> Double {
        let lower = AcklamQuantile.lowerHalf(min(p, 1 - p)) { log($0) }
        return p > 0.5 ? -lower : lower
    }

    /// Φ(x) by Simpson's rule from −10, to 1e-10; for setting up only.
    static func normalCumulative(_ x: Double) -> Double {
        guard x > -10 else { return 0 }
        guard x < 10 else { return 1 }
        let cells = 2000
        let width = (x + 10) / Double(cells)
        var sum = 0.0
        for index in 0...cells {
            let z = -10 + Double(index) * width
            let weight = index == 0 || index == cells ? 1.0 : index % 2 == 1 ? 4 : 2
            sum += weight * exp(-0.5 * z * z)
        }
        return min(1, sum * width / 3 * 0.398_942_280_401_432_7)
    }

    /// sin 2πx, for |x| up to some millions, by its series.
    static func sine(turns: Double) -> Double {
        let x = turns - turns.rounded(.down)
        // To −π/2 … π/2, where the series ends quickly.
        let folded = x < 0.25 ? x : x < 0.75 ? 0.5 - x : x - 1
        let angle = folded * 6.283_185_307_179_586
        let square = angle * angle
        var sum = 0.0
        for index in stride(from: 9, through: 1, by: -1) {
            sum = (1 + sum) * -square / Double(2 * index * (2 * index + 1))
        }
        return angle * (1 + sum)
    }

    /// cos 2πx, likewise.
    static func cosine(turns: Double) -> Double { sine(turns: turns + 0.25) }
}

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
