/// Least and largest of lanes. Those of the standard library go over the lanes one by one, by calls.
extension SIMD4<Double> {
    @inline(__always)
    var least: Double { Swift.min(Swift.min(self[0], self[1]), Swift.min(self[2], self[3])) }

    @inline(__always)
    var largest: Double { Swift.max(Swift.max(self[0], self[1]), Swift.max(self[2], self[3])) }

    /// Takes `other`'s lanes where they are less.
    @inline(__always)
    mutating func lower(to other: Self) { replace(with: other, where: other .< self) }

    /// Takes `other`'s lanes where they are larger.
    @inline(__always)
    mutating func raise(to other: Self) { replace(with: other, where: other .> self) }
}
