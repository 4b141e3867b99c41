import Text

/// Lengths as they were observed, each with a weight.
///
/// Values need not be whole: a value between two whole numbers stands for a random choice of its neighbours that keeps
/// its mean (the middle of a histogram's bin, say).
public struct EmpiricalLengths: Hashable, Sendable {
    /// Lengths, tokens; each finite, from 0 to ``SizingLimits/maximumLength``.
    public let values: [Double]
    /// Weights, one for each value, not negative, their sum positive; `nil` for equal weights.
    public let weights: [Double]?

    /// - Throws: `InvalidInput` naming `values` or `weights`.
    public init(values: [Double], weights: [Double]? = nil) throws(InvalidInput) {
        guard !values.isEmpty else { throw InvalidInput(field: "values", rule: "must not be empty") }
        for (index, value) in values.enumerated() where !(0...SizingLimits.maximumLength ~= value) {
            try InvalidInput.check(value, in: 0...SizingLimits.maximumLength, field: "values.\(index)")
        }
        try InvalidInput.check(weights: weights, count: values.count, of: "values")
        self.values = values
        self.weights = weights
    }

    /// Weight of the value at `index`; 1 where no weights were given.
    public func weight(at index: Int) -> Double { weights?[index] ?? 1 }

    /// The smallest value, tokens.
    public var minimum: Double { values.min() ?? 0 }
    /// The largest value, tokens.
    public var maximum: Double { values.max() ?? 0 }

    var moments: LengthMoments {
        LengthMoments.ofWeighted(values.indices.lazy.map { (value: values[$0], weight: weight(at: $0)) })
    }
}
