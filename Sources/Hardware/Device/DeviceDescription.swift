import Sizing
import Text

/// An accelerator: its peaks, one device.
public struct DeviceDescription: Hashable, Sendable {
    public let id: String
    public let name: String
    /// GB/s, decimal.
    public let memoryBandwidth: Double
    /// GB, decimal.
    public let memoryCapacity: Double
    /// Dense TFLOP/s in bf16.
    public let bf16: Double
    /// Dense TFLOP/s (or TOP/s) in 8 bits.
    public let eightBit: Double
    /// Watts; `nil` where unknown.
    public let power: Double?
    /// GB/s one way of the scale-up link (NVLink, Infinity Fabric, HCCS, ICI); `nil` where there is none.
    public let scaleUp: Double?
    /// GB/s one way of the scale-out link (InfiniBand, RoCE); `nil` where unknown.
    public let scaleOut: Double?
    public let family: DeviceFamily

    /// - Throws: `InvalidInput` naming the figure that is out of range.
    public init(
        id: String, name: String, memoryBandwidth: Double, memoryCapacity: Double, bf16: Double, eightBit: Double,
        power: Double? = nil, scaleUp: Double? = nil, scaleOut: Double? = nil, family: DeviceFamily? = nil
    ) throws(InvalidInput) {
        try InvalidInput.check(memoryBandwidth, in: 1...1e6, field: "hbm_bandwidth_gb_s")
        try InvalidInput.check(memoryCapacity, in: 0.1...1e6, field: "hbm_capacity_gb")
        try InvalidInput.check(bf16, in: 0.1...1e6, field: "bf16_tflops")
        try InvalidInput.check(eightBit, in: 0.1...1e6, field: "eight_bit_tflops")
        if let power { try InvalidInput.check(power, in: 1...1e6, field: "power_w") }
        if let scaleUp { try InvalidInput.check(scaleUp, in: 0.01...1e6, field: "scale_up_gb_s_one_way") }
        if let scaleOut { try InvalidInput.check(scaleOut, in: 0.01...1e6, field: "scale_out_gb_s_one_way") }
        self.id = id
        self.name = name
        self.memoryBandwidth = memoryBandwidth
        self.memoryCapacity = memoryCapacity
        self.bf16 = bf16
        self.eightBit = eightBit
        self.power = power
        self.scaleUp = scaleUp
        self.scaleOut = scaleOut
        self.family = family ?? DeviceFamily(id: id)
    }

    /// Dense TFLOP/s for elements of `format`.
    public func peak(_ format: ElementFormat) -> Double { format.isNarrow ? eightBit : bf16 }
}

/// Devices whose kernels reach alike fractions of their peaks.
public enum DeviceFamily: String, Hashable, Sendable, CaseIterable {
    case blackwell, hopper, ampere, ada
    /// No measurements at hand: counted as Hopper.
    case other

    /// The family that a device id tells.
    init(id: String) {
        let prefixes: [(String, DeviceFamily)] = [
            ("gb2", .blackwell), ("gb3", .blackwell), ("b2", .blackwell), ("b3", .blackwell), ("h100", .hopper),
            ("h200", .hopper), ("h800", .hopper), ("h20", .hopper), ("gh200", .hopper), ("a100", .ampere),
            ("a800", .ampere), ("l40", .ada), ("l4", .ada),
        ]
        self = prefixes.first { id.hasPrefix($0.0) }?.1 ?? .other
    }
}

/// The network between the two sides.
public enum LinkKind: String, Hashable, Sendable, CaseIterable {
    case scaleUp = "scale_up"
    case scaleOut = "scale_out"
}
