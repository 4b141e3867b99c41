import Sizing

/// The studies of what stands beside the loads: a link that is the longest stage, times that scatter, slots that are not always full.
///
/// - Parameter name: `link`, `jitter` or `occupancy`.
func runConditions(_ name: String, _ workloads: [(name: String, workload: Workload)]) throws {
    for (workloadName, workload) in workloads {
        var study = Study(name: "", workload: workload, stages: try lineStages(0.00165), batchSize: 256)
        switch name {
        case "link":
            for share in [0.5, 1, 1.5, 2] {
                for bytes in [0.5, 1] {
                    for load in CommunicationLoad.allCases {
                        study.stages = try linkStages(workload, share: share, bytes: bytes, load)
                        study.name = "\(workloadName), t_C/t_A \(share), bytes \(bytes), \(load.rawValue)"
                        try run(study, microbatches: [1, 2, 3, 4, 6, 8])
                    }
                }
            }
        case "jitter":
            for cv in [0.03, 0.05, 0.1, 0.2] {
                for (attention, ffn) in [(cv, 0), (0, cv), (cv, cv)] {
                    study.jitter = try KernelJitter(attention: attention, ffn: ffn)
                    study.name = "\(workloadName), cv \(attention), \(ffn)"
                    try run(study, microbatches: [nil, 1, 2, 4])
                }
            }
        default:
            for occupancy in [0.9, 0.7, 0.5, 0.2] {
                study.occupancy = occupancy
                study.name = "\(workloadName), ρ \(occupancy)"
                try run(study, microbatches: [nil, 2, 4])
            }
        }
    }
}

private func run(_ study: Study, microbatches: [Int?]) throws {
    for m in microbatches {
        var study = study
        study.microbatches = m
        try run(study, precision: 0.0025)
    }
}

/// Stages of which t_C is `share` of the mean t_A (on rB: at a ratio of 8), `bytes` of it by load and the rest delay.
private func linkStages(
    _ workload: Workload, share: Double, bytes: Double, _ load: CommunicationLoad
) throws -> StageLatencies {
    let base = try lineStages(0.00165)
    let time = share * base.attention.latency(at: 256 * workload.slotLoad.mean)
    let requests = load == .attentionBatch ? 256.0 : 8 * 256
    return StageLatencies(
        attention: base.attention, ffn: base.ffn,
        communication: LatencyModel(
            try LatencyLine(alpha: time * bytes / requests, beta: time * (1 - bytes))),
        communicationLoad: load)
}
