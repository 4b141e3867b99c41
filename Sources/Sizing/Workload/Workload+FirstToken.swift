import Text

extension Workload {
    /// The requests of two tokens and more with their answers a token shorter, prompts as they are, and their share of all; nil where
    /// there are none. Moments of the slot load alone stay what they are.
    func afterFirstToken() throws(InvalidInput) -> (rest: Workload, share: Double)? {
        switch requests {
        case .moments: return (self, 1)
        case .independent(let prefill, let decode):
            guard let (rest, share) = try decode.afterFirst() else { return nil }
            return (try Workload(.independent(prefill: prefill, decode: rest)), share)
        case .trace(let trace):
            var total = 0.0
            var prefill: [Int] = []
            var decode: [Int] = []
            var weights: [Double] = []
            for index in 0..<trace.count {
                let weight = trace.weight(at: index)
                total += weight
                guard trace.decode[index] > 1, weight > 0 else { continue }
                prefill.append(trace.prefill[index])
                decode.append(trace.decode[index] - 1)
                weights.append(weight)
            }
            guard !prefill.isEmpty else { return nil }
            let rest = try RequestTrace(prefill: prefill, decode: decode, weights: weights)
            return (try Workload(.trace(rest)), weights.reduce(0, +) / total)
        }
    }
}

extension LengthDistribution {
    /// Of a decode length D: the distribution of D − 1 where D is 2 or more, and the probability of that; nil where that is 0.
    ///
    /// A lognormal is taken at the points of ``points(atLeast:)``.
    func afterFirst() throws(InvalidInput) -> (rest: LengthDistribution, share: Double)? {
        switch shape {
        case .geometric(let mean):
            // It has no memory.
            return mean > 1 ? (self, 1 - 1 / mean) : nil
        case .uniform(let minimum, let maximum):
            guard maximum > 1 else { return nil }
            let least = max(minimum, 2)
            let share = Double(maximum - least + 1) / Double(maximum - minimum + 1)
            return (try .uniform(minimum: least - 1, maximum: maximum - 1), share)
        case .fixed(let value):
            return try Self.afterFirst([(value, 1)])
        case .empirical(let lengths):
            return try Self.afterFirst(lengths.values.indices.map { (lengths.values[$0], lengths.weight(at: $0)) })
        case .lognormal:
            let points = points(atLeast: 1)
            return try Self.afterFirst(Array(zip(points.values, points.weights)))
        }
    }

    /// A length between 1 and 2 stands for one of the two, so that a part of it has a second step.
    private static func afterFirst(
        _ lengths: [(value: Double, weight: Double)]
    ) throws(InvalidInput) -> (rest: LengthDistribution, share: Double)? {
        let total = lengths.reduce(0) { $0 + $1.weight }
        let left = lengths.compactMap { value, weight in
            value > 1 && weight > 0 ? (value: max(1, value - 1), weight: weight * min(1, value - 1)) : nil
        }
        guard !left.isEmpty else { return nil }
        let rest = try EmpiricalLengths(values: left.map(\.value), weights: left.map(\.weight))
        return (.empirical(rest), left.reduce(0) { $0 + $1.weight } / total)
    }
}
