import Text

/// How much a stage's time scatters from step to step at the same load, as a coefficient of variation (deviation over mean)
/// of the whole stage of one instance. Independent between instances and steps.
public struct KernelJitter: Hashable, Sendable {
    /// Of t_A.
    public let attention: Double
    /// Of t_F.
    public let ffn: Double

    /// Beyond it a normal time would be negative too often.
    public static let maximum = 0.5
    /// Every step of the same load takes the same time.
    public static let none = KernelJitter()

    /// - Throws: `InvalidInput` naming `attention_cv` or `ffn_cv` unless both lie in 0…0.5.
    public init(attention: Double = 0, ffn: Double = 0) throws(InvalidInput) {
        try InvalidInput.check(attention, in: 0...Self.maximum, field: "attention_cv")
        try InvalidInput.check(ffn, in: 0...Self.maximum, field: "ffn_cv")
        self.attention = attention
        self.ffn = ffn
    }

    private init() {
        attention = 0
        ffn = 0
    }
}
