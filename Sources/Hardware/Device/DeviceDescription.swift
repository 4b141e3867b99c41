import Text

/// An accelerator: its peaks, one device.
public struct DeviceDescription: Hashable, Sendable {
    public let id: String
    public let name: String
    /// GB/s, decimal.
    public let memoryBandwidth: Double
    /// GB, decimal, as published.
    public let memoryCapacity: Double
    /// Dense TFLOP/s (TOP/s for int8); a type that is missing has no arithmetic of its own. bf16 is always there.
    public let peaks: [ArithmeticType: Double]
    private let bf16: Double
    /// Watts; `nil` where unknown.
    public let power: Double?
    /// GB/s one way of the scale-up link (NVLink, Infinity Fabric, HCCS, ICI); `nil` where there is none.
    public let scaleUp: Double?
    /// Devices that scale-up links join, this one included; `nil` where unknown.
    public let scaleUpDomain: Int?
    /// GB/s one way of the scale-out link (InfiniBand, RoCE); `nil` where unknown.
    public let scaleOut: Double?
    public let family: DeviceFamily
    /// The figures that were not checked against the maker's own document, by their names; `nil` where all were, or where
    /// the caller gave them.
    public let unverified: String?

    /// - Throws: `InvalidInput` naming the figure that is out of range, or `bf16_tflops` where it is missing.
    public init(
        id: String, name: String, memoryBandwidth: Double, memoryCapacity: Double, peaks: [ArithmeticType: Double],
        power: Double? = nil, scaleUp: Double? = nil, scaleUpDomain: Int? = nil, scaleOut: Double? = nil,
        family: DeviceFamily = .other, unverified: String? = nil
    ) throws(InvalidInput) {
        try InvalidInput.check(memoryBandwidth, in: 1...1e6, field: "hbm_bandwidth_gb_s")
        try InvalidInput.check(memoryCapacity, in: 0.1...1e6, field: "hbm_capacity_gb")
        for type in ArithmeticType.allCases {
            if let peak = peaks[type] { try InvalidInput.check(peak, in: 0.1...1e6, field: type.field) }
        }
        guard let bf16 = peaks[.bf16] else { throw InvalidInput(field: ArithmeticType.bf16.field, rule: "is missing") }
        if let power { try InvalidInput.check(power, in: 1...1e6, field: "power_w") }
        if let scaleUp { try InvalidInput.check(scaleUp, in: 0.01...1e6, field: "scale_up_gb_s_one_way") }
        if let scaleUpDomain { try InvalidInput.check(scaleUpDomain, in: 1...1_000_000, field: "scale_up_domain") }
        if let scaleOut { try InvalidInput.check(scaleOut, in: 0.01...1e6, field: "scale_out_gb_s_one_way") }
        self.id = id
        self.name = name
        self.memoryBandwidth = memoryBandwidth
        self.memoryCapacity = memoryCapacity
        self.peaks = peaks
        self.bf16 = bf16
        self.power = power
        self.scaleUp = scaleUp
        self.scaleUpDomain = scaleUpDomain
        self.scaleOut = scaleOut
        self.family = family
        self.unverified = unverified
    }

    /// The type in which elements of `type` are multiplied: their own where the device has it and it is the faster one;
    /// else they are widened to bf16 on the way to the matrix units, as weight-only kernels do (FP8 on A100, INT8 on B300).
    public func arithmetic(for type: ArithmeticType) -> ArithmeticType {
        type != .bf16 && peak(type) > bf16 ? type : .bf16
    }

    /// Dense TFLOP/s at which elements of `type` are multiplied.
    public func peak(_ type: ArithmeticType) -> Double { type == .bf16 ? bf16 : max(bf16, peaks[type] ?? 0) }
}

/// Devices whose kernels reach alike fractions of their peaks.
public enum DeviceFamily: String, Hashable, Sendable, CaseIterable {
    case blackwell
    /// Blackwell with GDDR7 and the smaller matrix units (compute capability 12).
    case blackwellRTX = "blackwell_rtx"
    case hopper, ampere, ada, ascend
    /// No measurements at hand: counted as Hopper.
    case other
}

/// The network between the two sides.
public enum LinkKind: String, Hashable, Sendable, CaseIterable {
    case scaleUp = "scale_up"
    case scaleOut = "scale_out"
}

/// What a device's matrix units multiply: each type has a peak of its own, or none.
///
/// Block formats of one width share a peak (NVFP4 and MXFP4; FP8 with and without block scales).
public enum ArithmeticType: Hashable, Sendable, CaseIterable {
    /// Also FP16; every device has it.
    case bf16
    case fp8
    case int8
    case fp4

    /// The field that states the peak of this type.
    public var field: String {
        switch self {
        case .bf16: "bf16_tflops"
        case .fp8: "fp8_tflops"
        case .int8: "int8_tops"
        case .fp4: "fp4_tflops"
        }
    }
}
