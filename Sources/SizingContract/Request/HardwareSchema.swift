import Calibration
import JSON
import Sizing

/// The hardware of a request.
///
/// The three forms of the contract are told apart by what is there: `model` names a published model (the rest is then
/// devices and links); otherwise each stage has coefficients or samples.
enum HardwareSchema {
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
        let exchange = LatencyModelSchema.decode(communication, extraFields: ["load"], layers: layers, &errors)
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
