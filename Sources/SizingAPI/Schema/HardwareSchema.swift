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
        _ value: JSONValue, _ problems: inout Problems, _ assumptions: inout [StaticString]
    ) -> CheckedHardware? {
        if HardwareDescriptionSchema.matches(value) {
            return HardwareDescriptionSchema.decode(value, &problems).map { .derived($0) }
        }
        return decode(value, &problems, &assumptions)
    }

    /// Hardware by coefficients or samples.
    private static func decode(
        _ value: JSONValue, _ problems: inout Problems, _ assumptions: inout [StaticString]
    ) -> CheckedHardware? {
        guard let object = ObjectReader(value, fields: ["attention", "ffn", "communication", "provenance"], &problems)
        else {
            return nil
        }
        let attention = object.required("attention", &problems)
            .flatMap { LatencyModelSchema.fitted($0, &problems) }
        let ffn = object.required("ffn", &problems).flatMap { LatencyModelSchema.decode($0, &problems) }
        guard let communication = object.optional("communication") else {
            assumptions.append("communication takes no time")
            guard let attention, let ffn else { return nil }
            return checked(StageLatencies(attention: attention.model, ffn: ffn), attention.byBatch)
        }
        let exchange = LatencyModelSchema.decode(communication, extraFields: ["load"], &problems)
        var load = CommunicationLoad.attentionBatch
        if let given = communication["load"] {
            guard let read = given.choice(of: CommunicationLoad.self, &problems) else { return nil }
            load = read
        } else {
            assumptions.append("communication is loaded by the batch of one Attention instance")
        }
        guard let attention, let ffn, let exchange else { return nil }
        return checked(
            StageLatencies(attention: attention.model, ffn: ffn, communication: exchange, communicationLoad: load),
            attention.byBatch)
    }

    private static func checked(_ stages: StageLatencies, _ byBatch: BatchLines?) -> CheckedHardware {
        byBatch.map { .measured(stages, attention: $0) } ?? .stages(stages)
    }

    /// Writes the lines that the stages follow at the given ratio, as the answer's `coefficients`.
    static func write(_ problem: SizingProblem, ratio: Double, into writer: inout JSONWriter) {
        let stages = problem.stages
        let batch = Double(problem.batchSize)
        let exchanged = stages.communicationLoad == .attentionBatch ? batch : ratio * batch
        writer.object("attention") {
            LatencyModelSchema.write(stages.attention, at: batch * problem.workload.slotLoad.mean, into: &$0)
        }
        writer.object("ffn") { LatencyModelSchema.write(stages.ffn, at: ratio * batch, into: &$0) }
        writer.object("communication") {
            LatencyModelSchema.write(stages.communication, at: exchanged, into: &$0)
            $0.field("load", stages.communicationLoad.rawValue)
        }
    }
}
