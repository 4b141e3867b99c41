import Sizing
import Text

/// A model on named or described devices: what the latencies and the memory are derived from.
public struct HardwareDescription: Hashable, Sendable {
    /// One Attention instance: `dataParallel` × `tensorParallel` devices.
    public struct AttentionInstance: Hashable, Sendable {
        public var device: DeviceDescription
        /// Ranks over which the batch is spread.
        public var dataParallel: Int
        /// Devices over which each rank's heads are split.
        public var tensorParallel: Int
        public var efficiencies: Efficiencies

        public init(
            device: DeviceDescription, dataParallel: Int = 1, tensorParallel: Int = 1, efficiencies: Efficiencies? = nil
        ) {
            self.device = device
            self.dataParallel = dataParallel
            self.tensorParallel = tensorParallel
            self.efficiencies = efficiencies ?? .defaults(for: device.family)
        }

        public var devices: Int { dataParallel * tensorParallel }
    }

    /// One FFN instance: `expertParallel` × `tensorParallel` devices.
    public struct FFNInstance: Hashable, Sendable {
        public var device: DeviceDescription
        /// Ranks over which whole experts are spread.
        public var expertParallel: Int
        /// Devices over which each expert, or a dense network with all `expertParallel` ranks, is split.
        public var tensorParallel: Int
        public var efficiencies: Efficiencies
        /// Whether routing is balanced, so that ranks differ by chance alone.
        public var isBalanced: Bool

        public init(
            device: DeviceDescription, expertParallel: Int = 1, tensorParallel: Int = 1,
            efficiencies: Efficiencies? = nil, isBalanced: Bool = false
        ) {
            self.device = device
            self.expertParallel = expertParallel
            self.tensorParallel = tensorParallel
            self.efficiencies = efficiencies ?? .defaults(for: device.family)
            self.isBalanced = isBalanced
        }

        public var devices: Int { expertParallel * tensorParallel }

        /// Picks of the busiest rank over its share, beside chance: as stated, or by the expert-parallel degree.
        public var imbalance: Double {
            isBalanced ? 1 : efficiencies.expertImbalance ?? RoutingImbalance.byDefault(ranks: expertParallel)
        }
    }

    /// The way between the two sides.
    public struct Link: Hashable, Sendable {
        public var kind: LinkKind
        /// GB/s one way and device; `nil` for the lesser of the two devices' links of this kind.
        public var bandwidth: Double?
        /// Whether scale-up links join unlike devices; alike ones need no saying.
        public var joinsUnlikeDevices: Bool
        /// Microseconds one way; `nil` for the default of the kind.
        public var latency: Double?
        /// What t_C is a function of.
        public var load: CommunicationLoad

        public init(
            kind: LinkKind = .scaleOut, bandwidth: Double? = nil, latency: Double? = nil,
            load: CommunicationLoad = .aggregateBatch, joinsUnlikeDevices: Bool = false
        ) {
            self.kind = kind
            self.joinsUnlikeDevices = joinsUnlikeDevices
            self.bandwidth = bandwidth
            self.latency = latency
            self.load = load
        }
    }

    public let model: ModelDescription
    /// What the request says of the formats.
    public let precisionRequest: PrecisionRequest
    public let precision: Precision
    public let attention: AttentionInstance
    public let ffn: FFNInstance
    public let link: Link
    public let speculation: SpeculativeDecoding?
    /// What the bytes go over.
    public let path: LinkPath

    /// - Throws: `InvalidInput` naming a degree that is out of range or does not divide the heads, or a link that one of
    ///   the devices does not have.
    public init(
        model: ModelDescription, precision: PrecisionRequest = PrecisionRequest(), attention: AttentionInstance,
        ffn: FFNInstance,
        link: Link = Link(), speculation: SpeculativeDecoding? = nil
    ) throws(InvalidInput) {
        try InvalidInput.check(attention.dataParallel, in: 1...65_536, field: "attention.data_parallel")
        try InvalidInput.check(attention.tensorParallel, in: 1...1_024, field: "attention.tensor_parallel")
        try InvalidInput.check(ffn.expertParallel, in: 1...65_536, field: "ffn.expert_parallel")
        try InvalidInput.check(ffn.tensorParallel, in: 1...1_024, field: "ffn.tensor_parallel")
        for (_, layer) in model.attending where layer.queryHeads % attention.tensorParallel != 0 {
            throw InvalidInput(
                field: "attention.tensor_parallel",
                rule: "must divide the model's \(layer.queryHeads) query heads")
        }
        if let bandwidth = link.bandwidth {
            try InvalidInput.check(bandwidth, in: 0.001...1e6, field: "communication.bandwidth_gb_s")
        }
        if let latency = link.latency {
            try InvalidInput.check(latency, in: 0...1e6, field: "communication.latency_us")
        }
        path = try LinkPath(link, attention: attention, ffn: ffn)
        self.model = model
        precisionRequest = precision
        self.precision = precision.resolved(for: model.published)
        self.attention = attention
        self.ffn = ffn
        self.link = link
        self.speculation = speculation
    }
}
