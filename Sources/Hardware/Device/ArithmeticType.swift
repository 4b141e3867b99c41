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
