import TestSupport
import Testing

@testable import SizingNumerics

@Suite("Wide integers")
struct WideIntegerTests {
    @Test("agree with 128-bit arithmetic", arguments: 0..<50)
    func small(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let a = Int.random(in: -(1 << 62)...(1 << 62), using: &generator)
        let b = Int.random(in: -(1 << 62)...(1 << 62), using: &generator)
        let c = Int.random(in: 1...(1 << 40), using: &generator)
        let wide = WideInteger(a) * b + WideInteger(c)
        let expected = Int128(a) * Int128(b) + Int128(c)
        #expect(wide.decimal == expected.description)
        #expect(wide.double == Double(expected))
        #expect((-wide).decimal == (-expected).description)
        #expect(
            (wide - WideInteger(c)).divided(by: UInt64(c)).decimal == (Int128(a) * Int128(b) / Int128(c)).description)
    }

    @Test("addition of products carries through every limb")
    func carries() {
        var sum = WideInteger()
        let most = UInt128.max
        for _ in 0..<5 { sum.addProduct(most, most) }
        sum.add(most)
        sum.add(UInt64.max)
        // 5 (2¹²⁸ − 1)² + 2¹²⁸ − 1 + 2⁶⁴ − 1, by Python.
        #expect(
            sum.decimal
                == "578960446186580977117854925043439539263287382025914374026135995316753443848195")
        #expect(WideInteger(decimal: sum.decimal) == sum)
    }

    @Test("decimal digits are read back, anything else is refused")
    func decimal() {
        for text in ["0", "1", "18446744073709551616", "340282366920938463463374607431768211456000000000000000000"] {
            #expect(WideInteger(decimal: text)?.decimal == text)
        }
        for text in ["", "-1", "+1", " 1", "1.0", "1e3", "0x1", String(repeating: "9", count: 96)] {
            #expect(WideInteger(decimal: text) == nil)
        }
    }

    @Test("conversion to double rounds to nearest, ties to even")
    func rounding() {
        // 2²⁰⁰ (1 + 2⁻⁵³) is a tie; one more bit below breaks it.
        var tie = WideInteger(1)
        for _ in 0..<200 { tie = tie * 2 }
        var half = WideInteger(1)
        for _ in 0..<147 { half = half * 2 }
        let power = Double(sign: .plus, exponent: 200, significand: 1)
        #expect((tie + half).double == power)
        #expect((tie + half + WideInteger(1)).double == power.nextUp)
        #expect((-(tie + half + WideInteger(1))).double == -power.nextUp)
    }
}
