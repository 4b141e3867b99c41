import Calibration
import JSON
import Sizing

/// The hardware of a request.
///
/// The three forms of the contract are told apart by what is there: `model` names a published model (the rest is then
/// devices and links); otherwise each stage has coefficients or samples.
enum HardwareSchema {
    /// The work of reading the hardware of a request: fits to samples, which take far longer than their bytes say, and latencies that
    /// are derived.
    ///
    /// - Parameter request: as it came, unchecked.
    static func readingEstimate(_ request: JSONValue) -> WorkEstimate {
        guard let hardware = request["hardware"], hardware.kind == .object else { return WorkEstimate(time: 0) }
        guard !HardwareDescriptionSchema.matches(hardware) else {
            // A depth of speculation is a description of its own.
            let depths = request["speculation"]?["acceptance"].map { 1 + Double(min($0.count, 64)) } ?? 1
            return WorkEstimate(time: 0.3e-3 * depths, memory: 64 * 1024 * depths)
        }
        var estimate = WorkEstimate(time: 0)
        for stage in CalibrationSchema.stages {
            guard let given = hardware[stage], let samples = given["samples"], samples.kind == .array else { continue }
            let fit = given["fit"]?.string.flatMap { LatencyFit(rawValue: $0) } ?? .line
            estimate.time += FitEffort.model(fit, samples: samples.count)
            estimate.memory += 512 * Double(samples.count)
        }
        return estimate
    }

    /// Any form of hardware.
    static func read(
        _ value: JSONValue, _ errors: inout ValidationErrors, _ assumptions: inout [StaticString]
    ) -> CheckedHardware? {
        if HardwareDescriptionSchema.matches(value) {
            return HardwareDescriptionSchema.decode(value, &errors).map { CheckedHardware($0) }
        }
        return decode(value, &errors, &assumptions)
    }

    /// Hardware by coefficients or samples.
    private static func decode(
        _ value: JSONValue, _ errors: inout ValidationErrors, _ assumptions: inout [StaticString]
    ) -> CheckedHardware? {
        guard
            let object = ObjectReader(
                value, fields: ["attention", "ffn", "communication", "layers", "warnings", "provenance"], &errors)
        else {
            return nil
        }
        let layers = LayersSchema.decode(object, &errors)
        let sent = WarningSchema.decode(object, &errors)
        let hasLayers = CalibrationSchema.stages.contains { value[$0]?["layers"] != nil }
        assumptions.append(LayersSchema.assumption(isGiven: layers != nil || hasLayers))
        let attention = object.required("attention", &errors)
            .flatMap { LatencyModelSchema.decode($0, layers: layers, &errors) }
        let ffn = object.required("ffn", &errors).flatMap { LatencyModelSchema.decode($0, layers: layers, &errors) }
        guard let communication = object.optional("communication") else {
            assumptions.append("communication takes no time")
            guard let attention, let ffn else { return nil }
            return CheckedHardware(
                StageLatencies(attention: attention.model, ffn: ffn.model), attention, ffn, communication: nil,
                sent: sent)
        }
        let exchange = LatencyModelSchema.decode(communication, fields: .communication, layers: layers, &errors)
        var load = CommunicationLoad.attentionBatch
        if let given = communication["load"] {
            guard let read = given.choice(of: CommunicationLoad.self, &errors) else { return nil }
            load = read
        } else {
            assumptions.append("communication is loaded by the batch of one Attention instance")
        }
        guard let attention, let ffn, let exchange else { return nil }
        return CheckedHardware(
            StageLatencies(
                attention: attention.model, ffn: ffn.model, communication: exchange.model, communicationLoad: load),
            attention, ffn, communication: exchange, sent: sent)
    }
}
