/// A layer that folds all earlier tokens of a request into a state of constant size: linear attention, state-space models,
/// short convolutions.
public struct RecurrentAttention: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Gated delta rule. Qwen3-Next, Qwen3.5.
        case gatedDelta = "gated_delta"
        /// Kimi delta attention: a forget gate for each channel.
        case kimiDelta = "kimi_delta"
        /// Lightning attention. MiniMax-Text-01 and M1, Ling 2.5.
        case lightning
        /// Mamba-2. Nemotron-H, Granite 4, Bamba.
        case mamba2
        /// Mamba (selective scan). Jamba.
        case mamba
        /// Short convolution. LFM2.
        case convolution
    }

    /// What is kept of one request in one layer, and read and written in every step.
    public struct State: Hashable, Sendable {
        /// Elements of the recurrent state.
        public var elements: Int
        /// Bytes each: 4 unless the configuration says otherwise, for sums over thousands of tokens lose too much in 16 bits.
        public var elementBytes: Int
        /// Elements of the last inputs of the convolution, two bytes each.
        public var convolutionElements: Int

        public init(elements: Int, elementBytes: Int = 4, convolutionElements: Int = 0) {
            self.elements = elements
            self.elementBytes = elementBytes
            self.convolutionElements = convolutionElements
        }

        public var bytes: Double {
            Double(elements) * Double(elementBytes) + 2 * Double(convolutionElements)
        }
    }

    public var kind: Kind
    /// Heads (of the values, where keys have fewer), which tensor parallelism splits.
    public var heads: Int
    public var state: State
    /// Parameters of all projections, convolutions and gates of the layer.
    public var parameters: Double

    public init(kind: Kind, heads: Int, state: State, parameters: Double) {
        self.kind = kind
        self.heads = heads
        self.state = state
        self.parameters = parameters
    }

    /// Operations of one token with the state: decay, the product with the key, the update, the product with the query;
    /// two for each element of each, one for the decay. A convolution multiplies and adds once an element.
    var operations: Double { 7 * Double(state.elements) + 2 * Double(state.convolutionElements) }
}
