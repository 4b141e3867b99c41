import SizingNumerics

extension Workload {
    /// E[D], the steps of a request; nil where only the slot load is known.
    public var meanDecode: Double? {
        switch requests {
        case .independent(_, let decode): return decode.decodeMoments.mean
        case .trace(let trace):
            var steps = CompensatedSum()
            var weights = CompensatedSum()
            for index in 0..<trace.count {
                steps += trace.weight(at: index) * Double(trace.decode[index])
                weights += trace.weight(at: index)
            }
            return steps.value / weights.value
        case .moments: return nil
        }
    }
}
