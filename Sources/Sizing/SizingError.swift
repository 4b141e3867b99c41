/// A value that the model cannot be asked about, with the rule that it breaks.
///
/// `field` is a dotted path in the vocabulary of the HTTP contract (`decode.mean`, `cost.ffn_instance`), so that a caller
/// can point at what the user wrote; `rule` is a sentence fragment that completes "… must …".
public struct SizingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where the value stands, relative to the type that was being made.
    public var field: String
    /// What it must satisfy, for people.
    public var rule: String

    public init(field: String, rule: String) {
        self.field = field
        self.rule = rule
    }

    public var description: String { "\(field) \(rule)" }

    /// Throws unless `value` is finite and lies in `range`.
    static func check(_ value: Double, in range: ClosedRange<Double>, field: String) throws(SizingError) {
        guard value.isFinite, range.contains(value) else {
            throw SizingError(
                field: field, rule: "must be a finite number from \(RangeText.of(range))")
        }
    }

    /// Throws unless `value` lies in `range`.
    static func check(_ value: Int, in range: ClosedRange<Int>, field: String) throws(SizingError) {
        guard range.contains(value) else {
            throw SizingError(
                field: field, rule: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Throws unless `weights` is absent, or has `count` elements that are not negative and not all zero.
    static func check(weights: [Double]?, count: Int, of sibling: String) throws(SizingError) {
        guard let weights else { return }
        guard weights.count == count else {
            throw SizingError(field: "weights", rule: "must have as many elements as \(sibling)")
        }
        for (index, weight) in weights.enumerated() where !(0...1e18 ~= weight) {
            try check(weight, in: 0...1e18, field: "weights.\(index)")
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw SizingError(field: "weights", rule: "must not all be zero")
        }
    }
}

/// The ranges that keep every formula of the model inside double precision.
public enum SizingLimits {
    /// Longest prefill or decode length, tokens or steps.
    public static let maximumLength = 1e9
    /// Requests per Attention instance and microbatch.
    public static let maximumBatchSize = 10_000_000
    /// Attention instances of one bundle.
    public static let maximumRatio = 10_000
    /// Microbatches per Attention instance.
    public static let maximumMicrobatches = 1_024
    /// Largest latency coefficient, microseconds (or microseconds per unit of load).
    public static let maximumCoefficient = 1e12
    /// Requests per Attention instance of a finite horizon.
    public static let maximumHorizonRequests = 1_000_000_000_000
}
