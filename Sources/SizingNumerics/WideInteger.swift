/// A signed integer of 384 bits, for sums that must not round.
///
/// Sums over requests are kept exactly so that any split of a trace, merged, gives the bytes of the whole. The largest is
/// Σ S₃² with S₃ = Σ_{j<D} (P+j)³ < 2¹²³ (lengths to 1e9): below 2²⁴⁶ a request, 2²⁹⁹ over 2⁵³ of them, and some bits more
/// after a change of origin. So nothing here overflows within the sums of a trace; beyond, arithmetic wraps.
public struct WideInteger: Sendable {
    /// Two's complement, least significant first.
    @usableFromInline var limbs: InlineArray<6, UInt64>

    public static let zero = WideInteger()

    @inlinable public init() { limbs = InlineArray(repeating: 0) }

    public init(_ value: Int) {
        limbs = InlineArray(repeating: value < 0 ? .max : 0)
        limbs[0] = UInt64(bitPattern: Int64(value))
    }

    public var isNegative: Bool { limbs[5] >> 63 == 1 }
    public var isZero: Bool {
        for index in 0..<6 where limbs[index] != 0 { return false }
        return true
    }

    /// The 128 lowest bits: sums and differences of them are right wherever the result has no more.
    @inlinable @inline(__always)
    public var low: UInt128 { UInt128(limbs[1]) << 64 | UInt128(limbs[0]) }

    /// Adds a non-negative value of 64 bits. The common case touches one limb.
    @inlinable public mutating func add(_ value: UInt64) {
        let (sum, carry) = limbs[0].addingReportingOverflow(value)
        limbs[0] = sum
        if carry { propagate(from: 1) }
    }

    /// Adds a non-negative value of 128 bits.
    @inlinable @inline(__always)
    public mutating func add(_ value: UInt128) {
        let (sum, carry) = low.addingReportingOverflow(value)
        limbs[0] = UInt64(truncatingIfNeeded: sum)
        limbs[1] = UInt64(truncatingIfNeeded: sum >> 64)
        if carry { propagate(from: 2) }
    }

    /// Adds the product of two non-negative values of 64 bits.
    @inlinable @inline(__always)
    public mutating func addProduct(_ a: UInt64, _ b: UInt64) {
        let (high, low) = a.multipliedFullWidth(by: b)
        add(UInt128(high) << 64 | UInt128(low))
    }

    /// Adds the product of two non-negative values.
    @inlinable public mutating func addProduct(_ a: UInt128, _ b: UInt128) {
        if (a | b) >> 64 == 0 {
            let (high, low) = UInt64(truncatingIfNeeded: a).multipliedFullWidth(by: UInt64(truncatingIfNeeded: b))
            add(UInt128(high) << 64 | UInt128(low))
            return
        }
        let (high, low) = a.multipliedFullWidth(by: b)
        add(low)
        let middle = UInt128(limbs[3]) << 64 | UInt128(limbs[2])
        let (sum, carry) = middle.addingReportingOverflow(high)
        limbs[2] = UInt64(truncatingIfNeeded: sum)
        limbs[3] = UInt64(truncatingIfNeeded: sum >> 64)
        if carry { propagate(from: 4) }
    }

    @usableFromInline mutating func propagate(from first: Int) {
        var index = first
        while index < 6 {
            limbs[index] &+= 1
            if limbs[index] != 0 { return }
            index += 1
        }
    }
}

extension WideInteger: Hashable {
    public static func == (a: WideInteger, b: WideInteger) -> Bool {
        for index in 0..<6 where a.limbs[index] != b.limbs[index] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        for index in 0..<6 { hasher.combine(limbs[index]) }
    }
}

extension WideInteger {
    public static func + (a: WideInteger, b: WideInteger) -> WideInteger {
        var sum = a
        var carry: UInt64 = 0
        for index in 0..<6 {
            let (first, over) = a.limbs[index].addingReportingOverflow(b.limbs[index])
            let (second, more) = first.addingReportingOverflow(carry)
            sum.limbs[index] = second
            carry = over || more ? 1 : 0
        }
        return sum
    }

    public static prefix func - (a: WideInteger) -> WideInteger {
        var negated = a
        for index in 0..<6 { negated.limbs[index] = ~a.limbs[index] }
        negated.propagate(from: 0)
        return negated
    }

    public static func - (a: WideInteger, b: WideInteger) -> WideInteger { a + -b }

    public static func * (a: WideInteger, factor: Int) -> WideInteger {
        var product = (a.isNegative ? -a : a).timesMagnitude(UInt64(factor.magnitude), plus: 0)
        if a.isNegative != (factor < 0) { product = -product }
        return product
    }

    /// self · factor + term for a non-negative self.
    private func timesMagnitude(_ factor: UInt64, plus term: UInt64) -> WideInteger {
        var result = self
        var carry = term
        for index in 0..<6 {
            let (high, low) = limbs[index].multipliedFullWidth(by: factor)
            let (sum, over) = low.addingReportingOverflow(carry)
            result.limbs[index] = sum
            carry = high &+ (over ? 1 : 0)
        }
        return result
    }

    /// The quotient of an exact division by a small positive divisor (any remainder is dropped, towards zero).
    public func divided(by divisor: UInt64) -> WideInteger {
        let (quotient, _) = (isNegative ? -self : self).quotientAndRemainder(divisor)
        return isNegative ? -quotient : quotient
    }

    private func quotientAndRemainder(_ divisor: UInt64) -> (WideInteger, UInt64) {
        var quotient = self
        var remainder: UInt64 = 0
        for index in stride(from: 5, through: 0, by: -1) {
            (quotient.limbs[index], remainder) = divisor.dividingFullWidth((remainder, limbs[index]))
        }
        return (quotient, remainder)
    }
}

extension WideInteger {
    /// The nearest double, ties to even.
    public var double: Double {
        let magnitude = isNegative ? -self : self
        var top = 5
        while top > 0, magnitude.limbs[top] == 0 { top -= 1 }
        let leading = magnitude.limbs[top].leadingZeroBitCount
        guard top > 0 else { return (isNegative ? -1 : 1) * Double(magnitude.limbs[0]) }
        // The 64 leading bits; whatever is below them only matters as "not nothing".
        var bits = magnitude.limbs[top] << UInt64(leading)
        if leading > 0 { bits |= magnitude.limbs[top - 1] >> UInt64(64 - leading) }
        var rest = leading > 0 ? magnitude.limbs[top - 1] << UInt64(leading) : magnitude.limbs[top - 1]
        for index in 0..<(top - 1) { rest |= magnitude.limbs[index] }
        if rest != 0 { bits |= 1 }
        let value = Double(sign: .plus, exponent: 64 * top - leading, significand: Double(bits))
        return isNegative ? -value : value
    }

    /// Decimal digits, with a minus sign where negative.
    public var decimal: String {
        var rest = isNegative ? -self : self
        if rest.isZero { return "0" }
        var groups: [UInt64] = []
        while !rest.isZero {
            let (quotient, remainder) = rest.quotientAndRemainder(1_000_000_000_000_000_000)
            groups.append(remainder)
            rest = quotient
        }
        var text = isNegative ? "-" : ""
        text += String(groups[groups.count - 1])
        for group in groups.dropLast().reversed() {
            let digits = String(group)
            text += String(repeating: "0", count: 18 - digits.count) + digits
        }
        return text
    }

    /// From decimal digits alone, no sign; `nil` for anything else and for more than 95 digits.
    public init?(decimal text: String) {
        guard !text.isEmpty, text.utf8.count <= 95 else { return nil }
        var value = WideInteger()
        for byte in text.utf8 {
            guard 0x30...0x39 ~= byte else { return nil }
            value = value.timesMagnitude(10, plus: UInt64(byte - 0x30))
        }
        self = value
    }
}
