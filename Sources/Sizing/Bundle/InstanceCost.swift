import Text

/// What one instance of each kind costs, in any one unit: devices, dollars an hour or watts.
public struct InstanceCost: Hashable, Sendable {
    /// c_A, of one Attention instance; positive.
    public let attention: Double
    /// c_F, of one FFN instance; positive.
    public let ffn: Double

    /// - Throws: `InvalidInput` naming `attention_instance` or `ffn_instance` unless both lie in 1e-9…1e12.
    public init(attention: Double, ffn: Double) throws(InvalidInput) {
        try InvalidInput.check(attention, in: 1e-9...1e12, field: "attention_instance")
        try InvalidInput.check(ffn, in: 1e-9...1e12, field: "ffn_instance")
        self.attention = attention
        self.ffn = ffn
    }

    private init() {
        attention = 1
        ffn = 1
    }

    /// Every instance counts one: the paper's throughput per instance.
    public static let equal = InstanceCost()

    /// The cost of a bundle of r Attention instances and one FFN instance.
    public func ofBundle(ratio: Double) -> Double { ratio * attention + ffn }
}
