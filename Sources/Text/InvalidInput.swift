/// A value that cannot be used, with the rule that it breaks. The one error of every target that checks values.
///
/// `field` is a dotted path in the vocabulary of the HTTP contract (`decode.mean`, `samples.3.latency_us`), relative to the
/// type that was being made, and empty for the whole. `rule` is a sentence fragment that completes "… must …", or a
/// sentence of its own where there is no field.
public struct InvalidInput: Error, Hashable, Sendable, CustomStringConvertible {
    public var field: String
    public var rule: String

    public init(field: String, rule: String) {
        self.field = field
        self.rule = rule
    }

    public var description: String { field.isEmpty ? rule : "\(field) \(rule)" }

    /// Throws unless `value` is finite and lies in `range`.
    public static func check(_ value: Double, in range: ClosedRange<Double>, field: String) throws(InvalidInput) {
        guard value.isFinite, range.contains(value) else {
            throw InvalidInput(field: field, rule: "must be a finite number from \(RangeText.of(range))")
        }
    }

    /// Throws unless `value` lies in `range`.
    public static func check(_ value: Int, in range: ClosedRange<Int>, field: String) throws(InvalidInput) {
        guard range.contains(value) else {
            throw InvalidInput(
                field: field, rule: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Throws unless `weights` is absent, or has `count` elements that are not negative and not all zero.
    public static func check(weights: [Double]?, count: Int, of sibling: String) throws(InvalidInput) {
        guard let weights else { return }
        guard weights.count == count else {
            throw InvalidInput(field: "weights", rule: "must have as many elements as \(sibling)")
        }
        for (index, weight) in weights.enumerated() where !(0...1e18 ~= weight) {
            try check(weight, in: 0...1e18, field: "weights.\(index)")
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw InvalidInput(field: "weights", rule: "must not all be zero")
        }
    }
}

/// The bounds of a range for people.
public enum RangeText {
    /// `0 to 1e9`: whole numbers as such, powers of ten from a million on by their exponent.
    public static func of(_ range: ClosedRange<Double>) -> String {
        "\(text(range.lowerBound)) to \(text(range.upperBound))"
    }

    private static func text(_ bound: Double) -> String {
        if abs(bound) >= 1e6, let exponent = exactPowerOfTen(abs(bound)) {
            return (bound < 0 ? "-1e" : "1e") + "\(exponent)"
        }
        return bound == bound.rounded() && abs(bound) < 1e15 ? "\(Int(bound))" : "\(bound)"
    }

    private static func exactPowerOfTen(_ value: Double) -> Int? {
        var power = 1.0
        for exponent in 0...22 {
            if power == value { return exponent }
            power *= 10
        }
        return nil
    }
}
