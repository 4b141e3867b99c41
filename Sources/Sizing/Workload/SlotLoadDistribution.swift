import Glibc

/// The whole distribution of the stationary slot load, where it is known: a trace, or independent lengths.
///
/// A slot at a random step weighs P + j with the request's chance of being seen proportional to D and its age j uniform on
/// 0 … D − 1. A trace gives the masses outright, as ranges P … P + D − 1. For independent lengths the load is P + J with
/// P(J = j) = P(D > j)/E[D], and the two are kept apart, because their transforms multiply.
struct SlotLoadDistribution {
    /// The smallest load, tokens: the origin of the grids. 0 where slots may be empty.
    let minimum: Int
    /// A load above the origin that is exceeded with a probability of about 1e-9 or less.
    let reach: Double
    private let requests: Workload.Requests

    /// `nil` where only moments are known.
    init?(_ workload: Workload, mayBeEmpty: Bool) {
        requests = workload.requests
        switch workload.requests {
        case .moments:
            return nil
        case .trace(let trace):
            var smallest = Int.max
            var largest = 0
            for index in 0..<trace.count where trace.weight(at: index) > 0 {
                smallest = min(smallest, trace.prefill[index])
                largest = max(largest, trace.prefill[index] + trace.decode[index])
            }
            minimum = mayBeEmpty ? 0 : smallest
            reach = Double(largest - minimum)
        case .independent(let prefill, let decode):
            minimum = mayBeEmpty ? 0 : Int(prefill.minimum)
            reach = prefill.reach - Double(minimum) + decode.ageReach
        }
    }

    /// The parts whose sum is the load above ``minimum``: one for a trace, two for independent lengths.
    func parts(step: Int, count: Int) -> [LoadGrid] {
        var first = LoadGrid(step: step, count: count)
        switch requests {
        case .moments:
            return []
        case .trace(let trace):
            var total = 0.0
            for index in 0..<trace.count {
                let weight = trace.weight(at: index)
                let start = trace.prefill[index] - minimum
                guard weight > 0 else { continue }
                first.add(weight, from: start, to: start + trace.decode[index])
                total += weight * Double(trace.decode[index])
            }
            first.accumulate()
            first.normalise(by: total)
            return [first]
        case .independent(let prefill, let decode):
            var second = LoadGrid(step: step, count: count)
            prefill.addLengths(to: &first, from: minimum)
            decode.addAges(to: &second)
            return [first, second]
        }
    }
}
