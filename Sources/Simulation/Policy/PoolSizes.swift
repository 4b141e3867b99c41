/// How large the two pools of a deployment are.
public struct PoolSizes: Hashable, Sendable {
    /// Prefill instances.
    public var prefill: Int
    /// Bundles, or Attention instances of all bundles where single ones come and go.
    public var decode: Int

    public init(prefill: Int, decode: Int) {
        self.prefill = prefill
        self.decode = decode
    }
}

/// What a policy may ask for.
public struct PoolBounds: Hashable, Sendable {
    public var prefill: ClosedRange<Int>
    public var decode: ClosedRange<Int>

    public init(prefill: ClosedRange<Int>, decode: ClosedRange<Int>) {
        self.prefill = prefill
        self.decode = decode
    }

    /// The nearest sizes within the bounds.
    public func clamp(_ sizes: PoolSizes) -> PoolSizes {
        PoolSizes(
            prefill: min(prefill.upperBound, max(prefill.lowerBound, sizes.prefill)),
            decode: min(decode.upperBound, max(decode.lowerBound, sizes.decode)))
    }
}
