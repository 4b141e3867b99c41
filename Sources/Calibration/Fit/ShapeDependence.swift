import SizingNumerics

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
            let full = residuals(columns, latency, weights)
        else { return nil }
        return test(simple, against: full, added: 2, freedom: samples.count - 4)
    }

    /// One line over all samples of some batches against a line for each.
    static func test(
        _ pooled: LineFit, against lines: [StageCalibration.BatchLine]
    ) -> (explained: Double, probability: Double)? {
        test(
            pooled.residualSum, against: lines.reduce(0) { $0 + $1.line.residualSum }, added: 2 * lines.count - 2,
            freedom: lines.reduce(0) { $0 + $1.samples - 2 })
    }

    /// Whether what was added explains more than half of the scatter, and not by chance.
    static func matters(_ test: (explained: Double, probability: Double)) -> Bool {
        test.probability < 0.001 && test.explained > 0.5
    }

    /// Fisher's test of nested fits by the residuals that they leave; `nil` where the smaller leaves none.
    private static func test(
        _ simple: Double, against full: Double, added: Int, freedom: Int
    ) -> (explained: Double, probability: Double)? {
        guard simple > 0, added > 0, freedom > 0 else { return nil }
        let f = max(0, simple - full) / Double(added) / max(full / Double(freedom), 1e-18 * simple)
        return (
            max(0, 1 - full / simple),
            IncompleteBeta.fisherTail(f, numerator: Double(added), denominator: Double(freedom))
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
