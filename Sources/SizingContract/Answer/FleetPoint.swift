import JSON
import Planning

/// Bundles of a fleet, as plans for saturated and for open fleets both answer.
protocol FleetPoint {
    var bundles: Int { get }
    /// Of one bundle.
    var attentionInstances: Int { get }
    var ffnInstances: Int { get }
    /// Requests on each Attention instance and microbatch.
    var batchSize: Int { get }
    var microbatches: Int? { get }
}

extension BundlePoint: FleetPoint {}
extension OpenPoint: FleetPoint {}

extension FleetPoint {
    /// Members of the object that `writer` is in.
    ///
    /// - Parameters:
    ///   - pair: the instances that the bundles are of.
    ///   - request: which choices it left to the planner.
    func writeShape(_ pair: InstancePair, _ request: PlanRequest, into writer: inout JSONWriter) {
        writer.field("bundles", bundles)
        writer.field("attention_instances", bundles * attentionInstances)
        writer.field("ffn_instances", bundles * ffnInstances)
        if let device = pair.attention.device { writer.field("attention_device", device) }
        if let device = pair.ffn.device { writer.field("ffn_device", device) }
        writer.object("bundle") { writer in
            writer.field("attention_instances", attentionInstances)
            writer.field("ffn_instances", ffnInstances)
        }
        if attentionInstances % ffnInstances == 0 {
            writer.field("ratio", attentionInstances / ffnInstances)
        } else {
            writer.field("ratio", Double(attentionInstances) / Double(ffnInstances))
        }
        writer.field("batch_size", batchSize)
        if let microbatches { writer.field("microbatches", microbatches) }
        guard case .derived(let hardware) = pair.latencies else { return }
        if request.choosesDegrees { HardwareAnswer.write(degreesOf: hardware.description, into: &writer) }
        if request.choosesDepth { HardwareAnswer.write(hardware.description.speculation, into: &writer) }
    }
}
