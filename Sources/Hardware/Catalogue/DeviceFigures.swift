import JSON
import Text

/// Reads the figures of a device, under the names of the catalogue.
struct DeviceFigures {
    private let text: JSONValue

    init(_ text: JSONValue) { self.text = text }

    /// What a described device may have. `eight_bit_tflops` is short for `fp8_tflops` and `int8_tops` of one value.
    static let fields =
        ["id", "name", "hbm_bandwidth_gb_s", "hbm_capacity_gb"] + ArithmeticType.allCases.map(\.field) + [
            "eight_bit_tflops", "power_w", "scale_up_gb_s_one_way", "scale_up_domain", "scale_out_gb_s_one_way",
            "family",
        ]

    /// - Throws: `InvalidInput` naming the figure that is missing, of the wrong kind or out of range.
    func device(id: String, name: String) throws(InvalidInput) -> DeviceDescription {
        try DeviceDescription(
            id: id, name: name, memoryBandwidth: try required("hbm_bandwidth_gb_s"),
            memoryCapacity: try required("hbm_capacity_gb"), peaks: try peaks(), power: try optional("power_w"),
            scaleUp: try optional("scale_up_gb_s_one_way"), scaleUpDomain: try whole("scale_up_domain"),
            scaleOut: try optional("scale_out_gb_s_one_way"), family: try family(),
            unverified: text["unverified"]?.string)
    }

    private func peaks() throws(InvalidInput) -> [ArithmeticType: Double] {
        var peaks: [ArithmeticType: Double] = [.bf16: try required("bf16_tflops")]
        peaks[.fp8] = try optional("fp8_tflops")
        peaks[.int8] = try optional("int8_tops")
        peaks[.fp4] = try optional("fp4_tflops")
        if let both = try optional("eight_bit_tflops") {
            guard peaks[.fp8] == nil, peaks[.int8] == nil else {
                throw InvalidInput(
                    field: "eight_bit_tflops", rule: "must be left out where fp8_tflops or int8_tops is given")
            }
            try InvalidInput.check(both, in: 0.1...1e6, field: "eight_bit_tflops")
            peaks[.fp8] = both
            peaks[.int8] = both
        }
        return peaks
    }

    private func family() throws(InvalidInput) -> DeviceFamily {
        guard let value = text["family"] else { return .other }
        guard let family = value.string.flatMap(DeviceFamily.init(rawValue:)) else {
            let names = DeviceFamily.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidInput(field: "family", rule: "must be one of \(names)")
        }
        return family
    }

    private func optional(_ field: StaticString) throws(InvalidInput) -> Double? {
        guard let value = text[field], !value.isNull else { return nil }
        guard let number = value.number else { throw InvalidInput(field: "\(field)", rule: "must be a number") }
        return number
    }

    private func whole(_ field: StaticString) throws(InvalidInput) -> Int? {
        guard let number = try optional(field) else { return nil }
        guard let whole = Int(exactly: number) else {
            throw InvalidInput(field: "\(field)", rule: "must be a whole number")
        }
        return whole
    }

    private func required(_ field: StaticString) throws(InvalidInput) -> Double {
        guard let value = try optional(field) else { throw InvalidInput(field: "\(field)", rule: "is missing") }
        return value
    }
}
