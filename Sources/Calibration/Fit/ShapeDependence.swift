/// Whether load = batch · context explains Attention's latency, or batch and context matter by themselves.
enum ShapeDependence {
    /// The line in load against one with batch and context added (Fisher's test of two more terms).
    ///
    /// - Returns: the share of the line's residual scatter that the added terms explain, and the probability of as much by
    ///   chance; `nil` unless at least 7 samples all give both, with two batches and two contexts.
    static func test(_ samples: [LatencySample]) -> (explained: Double, probability: Double)? {
        let shapes = samples.compactMap(\.shape)
        guard samples.count >= 7, shapes.count == samples.count, Set(shapes.map(\.batch)).count >= 2,
            Set(shapes.map(\.context)).count >= 2
        else { return nil }
        let columns = [samples.map(\.load), shapes.map(\.batch), shapes.map(\.context)]
        let weights = samples.map(\.weight)
        let latency = samples.map(\.latency)
        guard let simple = residuals(Array(columns.prefix(1)), latency, weights),
            let full = residuals(columns, latency, weights), simple > 0
        else { return nil }
        let freedom = Double(samples.count - 4)
        let f = max(0, simple - full) / 2 / max(full / freedom, 1e-18 * simple)
        return (
            max(0, 1 - full / simple), IncompleteBeta.fisherTail(f, numerator: 2, denominator: freedom)
        )
    }

    /// What least squares on the columns and a constant leave: Gram–Schmidt on centred columns.
    private static func residuals(_ columns: [[Double]], _ y: [Double], _ weights: [Double]) -> Double? {
        let total = weights.reduce(0, +)
        func centred(_ values: [Double]) -> [Double] {
            let mean = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
            return values.map { $0 - mean }
        }
        func product(_ a: [Double], _ b: [Double]) -> Double {
            var sum = 0.0
            for index in a.indices { sum += weights[index] * a[index] * b[index] }
            return sum
        }
        var basis: [[Double]] = []
        var rest = centred(y)
        for column in columns {
            var direction = centred(column)
            let length = product(direction, direction)
            for earlier in basis {
                let share = product(direction, earlier) / product(earlier, earlier)
                for index in direction.indices { direction[index] -= share * earlier[index] }
            }
            guard product(direction, direction) > 1e-12 * length else { continue }
            basis.append(direction)
        }
        for direction in basis {
            let share = product(rest, direction) / product(direction, direction)
            for index in rest.indices { rest[index] -= share * direction[index] }
        }
        return product(rest, rest)
    }
}
