/// A running sum whose error does not grow with the number of terms (Neumaier's variant of Kahan summation).
///
/// The rounding error of each addition is kept apart and added at the end, so a sum over millions of requests keeps full
/// double precision, whatever the order and magnitude of its terms.
public struct CompensatedSum: Sendable, Hashable {
    @usableFromInline var sum = 0.0
    @usableFromInline var compensation = 0.0

    @inlinable public init() {}

    /// The sum so far.
    @inlinable public var value: Double { sum + compensation }

    /// Adds one term.
    @inlinable public static func += (total: inout CompensatedSum, term: Double) {
        let next = total.sum + term
        total.compensation += abs(total.sum) >= abs(term) ? (total.sum - next) + term : (term - next) + total.sum
        total.sum = next
    }
}
