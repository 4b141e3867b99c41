import Hardware
import Sizing
import Text

/// An Attention and an FFN instance that go together: their latencies, devices, prices and power.
public struct InstancePair: Sendable {
    /// Where the latencies come from.
    public enum Latencies: Sendable {
        /// Given: the same curves at every batch size.
        case given(StageLatencies)
        /// Derived from a model on devices: the Attention curve depends on the batch size. Kept apart, for it is large and
        /// searches copy thousands of pairs.
        indirect case derived(DerivedHardware)
    }

    /// One kind of instance.
    public struct Kind: Hashable, Sendable {
        /// Device id, or nil where only coefficients are known.
        public var device: String?
        /// Devices of one instance, 1 or more.
        public var devices: Int
        /// Price of one instance and hour; nil where unknown.
        public var price: Double?
        /// Watts of one instance; nil where unknown.
        public var power: Double?

        public init(device: String? = nil, devices: Int = 1, price: Double? = nil, power: Double? = nil) {
            self.device = device
            self.devices = devices
            self.price = price
            self.power = power
        }
    }

    public var attention: Kind
    public var ffn: Kind
    public var latencies: Latencies
    /// The stationary slot load that this pair sees.
    public var slotLoad: SlotLoad
    /// Tokens a request gains a step; 1 without speculation.
    public var tokensPerStep: Double
    /// Memory of the devices; nil where only coefficients are known: then memory never binds.
    public var memory: MemoryBudget?
    /// How the times of its kernels scatter from step to step.
    public var jitter = KernelJitter.none
    /// ρ, the probability that a slot is full, 0.001…1; memory is kept for all of them.
    public var occupancy = 1.0

    public init(
        attention: Kind, ffn: Kind, latencies: Latencies, slotLoad: SlotLoad, tokensPerStep: Double = 1,
        memory: MemoryBudget? = nil
    ) {
        self.attention = attention
        self.ffn = ffn
        self.latencies = latencies
        self.slotLoad = slotLoad
        self.tokensPerStep = tokensPerStep
        self.memory = memory
    }

    /// The pair of a derived description, with devices, power and memory from it.
    ///
    /// - Parameters:
    ///   - hardware: the derived latencies and memory.
    ///   - slotLoad: of one token a step; speculation of the description is applied.
    ///   - marginDeviations: standard deviations of the load that the memory keeps free.
    ///   - prices: of one instance and hour.
    public init(
        _ hardware: DerivedHardware, slotLoad: SlotLoad, marginDeviations: Double = 3,
        prices: (attention: Double?, ffn: Double?) = (nil, nil)
    ) throws(InvalidInput) {
        let description = hardware.description
        let load = try description.speculation?.slotLoad(slotLoad) ?? slotLoad
        func kind(_ device: DeviceDescription, _ devices: Int, _ price: Double?) -> Kind {
            Kind(device: device.id, devices: devices, price: price, power: device.power.map { $0 * Double(devices) })
        }
        self.init(
            attention: kind(description.attention.device, description.attention.devices, prices.attention),
            ffn: kind(description.ffn.device, description.ffn.devices, prices.ffn), latencies: .derived(hardware),
            slotLoad: load, tokensPerStep: description.speculation?.tokensPerStep ?? 1,
            memory: try MemoryBudget(description, slotLoad: load, marginDeviations: marginDeviations))
    }

    /// How far throughputs may be off, relative (docs/accuracy.md): two that differ by no more are a tie. With given latencies that
    /// of the theory against simulation; with derived ones that of derived steps against measured ones.
    public var accuracy: Double {
        switch latencies {
        case .given: 0.01
        case .derived: 0.08
        }
    }

    /// The requests that batch sizes come in steps of: the data-parallel ranks, which share a batch evenly.
    public var batchStep: Int {
        if case .derived(let hardware) = latencies { return hardware.description.attention.dataParallel }
        return 1
    }

    /// Whether any stage takes time at `batchSize`; derived ones do.
    func takesTime(batchSize: Int) -> Bool {
        switch latencies {
        case .given(let stages): stages.takeTime(slotLoad: slotLoad, batchSize: batchSize)
        case .derived: true
        }
    }

    /// The three stages at `batchSize`, or nil where the model cannot be asked.
    public func stagesIfAny(batchSize: Int) -> StageLatencies? { try? stages(batchSize: batchSize) }

    /// The three stages at `batchSize`.
    func stages(batchSize: Int) throws(InvalidInput) -> StageLatencies {
        switch latencies {
        case .given(let stages): stages
        case .derived(let hardware): try hardware.stages(batchSize: batchSize, occupancy: occupancy)
        }
    }

    /// t_C nowhere above that of `stages`, those of the least batch of a box, at any batch of it: derived hardware may reach beyond a
    /// scale-up domain at a small batch where the same requests do not at a larger one.
    func leastCommunication(_ stages: StageLatencies, batchSize: Int) -> LatencyModel {
        guard case .derived(let hardware) = latencies else { return stages.communication }
        return (try? hardware.communicationInOneDomain(batchSize: batchSize, occupancy: occupancy))
            ?? stages.communication
    }

    /// The pair with `bytes` more memory on each Attention device.
    func withMoreMemory(_ bytes: Double) -> InstancePair {
        var pair = self
        pair.memory?.extraAttentionBytes += bytes
        return pair
    }
}
