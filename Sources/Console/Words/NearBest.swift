import JSON

/// The ratios beside the best one that lose little.
struct NearBest: Equatable {
    /// The loss that counts as little.
    static let tolerance = 0.025

    let best: Int
    let range: ClosedRange<Int>
    /// The largest loss within the range.
    let loss: Double

    /// - Parameter curve: the member `curve` of a sizing; nil comes back where it is empty.
    init?(_ curve: JSONValue) {
        let points = curve.elements.compactMap { point in
            point["ratio"]?.integer.flatMap { ratio in
                (point["throughput_per_cost"] ?? point["throughput_per_instance"])?.number.map { (ratio, $0) }
            }
        }
        guard let most = points.indices.max(by: { points[$0].1 < points[$1].1 }), points[most].1 > 0 else { return nil }
        func isNear(_ index: Int) -> Bool { points[index].1 >= points[most].1 * (1 - Self.tolerance) }
        var (first, last) = (most, most)
        while first > 0, isNear(first - 1) { first -= 1 }
        while last + 1 < points.count, isNear(last + 1) { last += 1 }
        best = points[most].0
        range = points[first].0...points[last].0
        loss = points[first...last].reduce(0) { max($0, 1 - $1.1 / points[most].1) }
    }

    var sentence: String {
        if range.lowerBound == range.upperBound {
            return "Every other ratio loses more than \(Number.percent(Self.tolerance))."
        }
        return "\(range.lowerBound) to \(range.upperBound) lose at most \(Number.percent(loss))."
    }
}
