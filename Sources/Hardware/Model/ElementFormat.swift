import Sizing
import Text

/// How an element is stored: its size decides bytes moved and held, and which peak the arithmetic has.
public struct ElementFormat: Hashable, Sendable {
    /// `fp8`, `bf16`, …, or the number of bytes as text.
    public let name: String
    /// Bytes an element, scales of blocks included; any number for compressed caches and activations.
    public let bytes: Double
    /// The type that matrix units multiply it in, where the device has that (``DeviceDescription/arithmetic(for:)``).
    /// Weight-only int4 and sizes given as a number are widened to bf16.
    public let arithmetic: ArithmeticType

    private init(_ name: String, _ bytes: Double) {
        self.name = name
        self.bytes = bytes
        arithmetic =
            switch name {
            case "fp8": .fp8
            case "int8": .int8
            case "nvfp4", "mxfp4", "fp4": .fp4
            default: .bf16
            }
    }

    public static let bf16 = ElementFormat("bf16", 2)
    public static let fp8 = ElementFormat("fp8", 1)

    /// The formats that can be named. Block formats count their scales: one FP8 byte for 16 elements (NVFP4), one
    /// exponent byte for 32 (MXFP4, OCP Microscaling v1.0).
    public static let named: [ElementFormat] = [
        ElementFormat("fp32", 4), .bf16, ElementFormat("fp16", 2), .fp8, ElementFormat("int8", 1),
        ElementFormat("nvfp4", 0.5625), ElementFormat("mxfp4", 0.53125), ElementFormat("fp4", 0.5),
        ElementFormat("int4", 0.5),
    ]

    /// - Throws: `InvalidInput` with the names there are.
    public init(named name: String) throws(InvalidInput) {
        guard let format = Self.named.first(where: { $0.name == name }) else {
            let names = Self.named.map(\.name).joined(separator: ", ")
            throw InvalidInput(field: "", rule: "must be one of \(names), or a number of bytes")
        }
        self = format
    }

    /// - Parameter bytes: 0.01…16 an element, after compression.
    public init(bytes: Double) throws(InvalidInput) {
        try InvalidInput.check(bytes, in: 0.01...16, field: "")
        self.init("\(bytes) bytes", bytes)
    }

    /// Whether kernels read it as eight bits or fewer.
    public var isNarrow: Bool { bytes <= 1 }
}

// MARK: Formats of published checkpoints

extension ElementFormat {
    /// Weights of `bits` in groups of `group` with a 16-bit scale each (and a zero point of the weights' width where
    /// `hasZeros`): they are widened to 16 bits on their way to the matrix units.
    static func weightOnly(bits: Int, group: Int?, hasZeros: Bool = false) -> ElementFormat {
        let width = Double(bits) / 8
        let overhead = group.map { (2 + (hasZeros ? width : 0)) / Double(max($0, 1)) } ?? 0
        return ElementFormat("int\(bits) weight-only", width + overhead)
    }

    /// FP8 weights beside 16-bit activations.
    static let fp8WeightOnly = ElementFormat("fp8 weight-only", 1)
    static let nvfp4WeightOnly = ElementFormat("nvfp4 weight-only", 0.5625)
    static let int8 = ElementFormat("int8", 1)
    static let nvfp4 = ElementFormat("nvfp4", 0.5625)
    static let mxfp4 = ElementFormat("mxfp4", 0.53125)
    static let mxfp8 = ElementFormat("fp8", 1.03125)
    static let fp16 = ElementFormat("fp16", 2)
    static let fp32 = ElementFormat("fp32", 4)
}
