/// The all-reduce that tensor parallelism needs once a layer, counted as a ring: 2(n − 1)/n of the activations out of each device, and
/// one floor. Over the scale-up link where its domain holds all ranks, else over the scale-out link.
struct Reduction {
    let tokens: Double
    let hidden: Int
    let ranks: Int
    let device: DeviceDescription
    let efficiencies: Efficiencies

    func terms(layers: Double) -> [LatencyTerm] {
        guard ranks > 1, layers > 0 else { return [] }
        let share = 2 * Double(ranks - 1) / Double(ranks)
        let bytes = layers * share * tokens * Double(hidden) * 2
        let fits = device.scaleUpDomain.map { ranks <= $0 } ?? true
        let up = device.scaleUp.map { (bandwidth: $0 * efficiencies.reduction, latency: efficiencies.reductionLatency) }
        let out = device.scaleOut.map { (bandwidth: $0 * efficiencies.scaleOut, latency: efficiencies.scaleOutLatency) }
        // A device without a link reduces over its memory's hundredth.
        let link =
            (fits ? up ?? out : out ?? up)
            ?? (device.memoryBandwidth / 100 * efficiencies.reduction, efficiencies.reductionLatency)
        return [
            LatencyTerm(
                name: "all_reduce", microseconds: bytes / (link.bandwidth * 1e3), bound: .link, bytes: bytes,
                operations: 0),
            .overhead("all_reduce_latency", layers * link.latency),
        ]
    }
}
