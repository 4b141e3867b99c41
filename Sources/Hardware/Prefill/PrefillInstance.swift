import Sizing
import Text

/// One prefill instance: tensor-parallel devices that hold the whole model between them.
public struct PrefillInstance: Hashable, Sendable {
    public var device: DeviceDescription
    /// Devices over which heads, experts and vocabulary are split evenly.
    public var tensorParallel: Int
    public var efficiencies: Efficiencies

    /// - Throws: `InvalidInput` naming `tensor_parallel` (1…1024).
    public init(
        device: DeviceDescription, tensorParallel: Int = 1, efficiencies: Efficiencies? = nil
    ) throws(InvalidInput) {
        try InvalidInput.check(tensorParallel, in: 1...1_024, field: "tensor_parallel")
        self.device = device
        self.tensorParallel = tensorParallel
        self.efficiencies = efficiencies ?? .defaults(for: device.family)
    }

    /// Watts of all devices; nil where unknown.
    public var power: Double? { device.power.map { $0 * Double(tensorParallel) } }
}
