import SizingNumerics

extension Workload {
    /// κ of ``OpenLoad/memory``: by renewal–reward a mean over w steps of a slot's load has the variance E[S²]/(w E[D]), against
    /// 2ν²T/w of a load that is remembered over T steps. 1 for fixed P and geometric D; 0 where the load does not vary.
    func loadMemory(meanDecode: Double) -> Double {
        guard slotLoad.standardDeviation > 0 else { return 0 }
        var square = 0.0
        switch requests {
        case .moments: return 1
        case .independent(let prefill, let decode):
            let p = prefill.moments
            let d = decode.decodeMoments
            // S = D(P − θ) + D(D − 1)/2.
            let offset = p.mean - slotLoad.mean
            square =
                (d.factorial2 + d.mean) * (p.variance + offset * offset)
                + offset * (d.factorial3 + 2 * d.factorial2) + (d.factorial4 + 4 * d.factorial3 + 2 * d.factorial2) / 4
        case .trace(let trace):
            var total = 0.0
            for index in 0..<trace.count {
                let weight = trace.weight(at: index)
                let d = Double(trace.decode[index])
                let sum = d * (Double(trace.prefill[index]) - slotLoad.mean) + d * (d - 1) / 2
                total += weight
                square += weight * sum * sum
            }
            square /= total
        }
        let memory = square / (2 * slotLoad.variance * meanDecode * meanDecode)
        return memory.isFinite ? max(0, memory) : 0
    }
}
