/// Which samples are errors of measuring, not part of how a stage's latency depends on load.
///
/// A sample is one if it is far from the robust line, and neither the samples at neighbouring loads nor a roofline through all samples
/// explain it: a curve is not an outlier. With fewer than five samples, or more than a quarter of them far off, none is named.
struct OutlierSearch {
    /// Indices into the samples, rising.
    let indices: [Int]
    /// Whether it is one that has turned the robust line to itself.
    let turnsLine: Bool

    private static let leastSamples = 5
    /// With more samples than this, one does not turn a robust line.
    private static let mostTried = 40
    /// More samples than this are thinned for the roofline.
    private static let mostSamples = 400

    init(_ samples: [LatencySample], _ robust: RobustLine) {
        guard samples.count >= Self.leastSamples else {
            indices = []
            turnsLine = false
            return
        }
        // Noise may grow with latency: the deviation is the larger of the overall one and a relative one.
        var relative = samples.map { sample in
            let expected = abs(robust.latency(at: sample.load))
            return (value: abs(sample.latency - robust.latency(at: sample.load)) / max(expected, 1e-9), weight: 1.0)
        }
        let relativeScale = 1.4826 * RobustLine.median(&relative)
        func limit(_ expected: Double) -> Double {
            max(5 * robust.scale, 5 * relativeScale * abs(expected), 0.05 * abs(expected))
        }
        let far = samples.indices.filter { index in
            let expected = robust.latency(at: samples[index].load)
            return abs(samples[index].latency - expected) > limit(expected)
        }
        guard !far.isEmpty, far.count * 4 <= samples.count else {
            indices = Self.fallen(samples)
            turnsLine = !indices.isEmpty
            return
        }
        let curve = NeighbourCurve(samples)
        let lonely = far.filter { index in
            guard let expected = curve.latency(at: samples[index].load) else { return true }
            return abs(samples[index].latency - expected) > limit(expected)
        }
        let found = Self.isBend(samples, lonely, limit) ? [] : lonely
        indices = found.isEmpty ? Self.fallen(samples) : found
        turnsLine = found.isEmpty && !indices.isEmpty
    }

    /// The one sample, if any, without which the others lie on a line that rises, and from which latency would fall: of few samples, one at the end
    /// turns the robust line to itself.
    ///
    /// Latency does not fall with load, so that this one is the error, not a bend.
    private static func fallen(_ samples: [LatencySample]) -> [Int] {
        guard samples.count <= mostTried else { return [] }
        let candidates = samples.indices.filter { index in
            var others = samples
            let one = others.remove(at: index)
            guard others.contains(where: { $0.load < one.load && $0.latency > 1.1 * one.latency }) else { return false }
            guard Set(others.map(\.load)).count >= 3, let line = LineFit(TrustedSamples.points(others)),
                line.alpha.value >= 0, line.beta.value >= 0
            else { return false }
            let isLine = others.allSatisfy { abs($0.latency - line.latency(at: $0.load)) <= 0.03 * $0.latency }
            return isLine && abs(one.latency - line.latency(at: one.load)) > 0.25 * line.latency(at: one.load)
        }
        return candidates.count == 1 ? candidates : []
    }

    /// Whether two lines with a knee, neither of which falls, pass near all of the samples in question.
    private static func isBend(_ samples: [LatencySample], _ far: [Int], _ limit: (Double) -> Double) -> Bool {
        guard !far.isEmpty else { return false }
        let inQuestion = Set(far)
        let others = samples.indices.filter { !inQuestion.contains($0) }
        let step = max(1, others.count / mostSamples)
        let kept = stride(from: 0, to: others.count, by: step).map { others[$0] } + far.prefix(mostSamples)
        let points = kept.map { (load: samples[$0].load, latency: samples[$0].latency, weight: samples[$0].weight) }
        // A flat part comes out of noise with a slope around zero.
        guard let knee = Knee(points), knee.alphaAfter >= 0, knee.alphaBefore * knee.load > -0.05 * knee.beta else {
            return false
        }
        return far.allSatisfy { index in
            let expected = knee.latency(at: samples[index].load)
            return abs(samples[index].latency - expected) <= limit(expected)
        }
    }
}

/// The median latency at each load, and straight lines between.
private struct NeighbourCurve {
    private let points: [(load: Double, latency: Double)]

    init(_ samples: [LatencySample]) {
        points = Dictionary(grouping: samples, by: \.load).map { load, group in
            var latencies = group.map { (value: $0.latency, weight: $0.weight) }
            return (load, RobustLine.median(&latencies))
        }.sorted { $0.load < $1.load }
    }

    /// What the next loads on both sides say of a load; `nil` at the ends, and where samples at the load itself are in doubt.
    func latency(at load: Double) -> Double? {
        var low = 0
        var high = points.count
        while low < high {
            let middle = (low + high) / 2
            if points[middle].load < load { low = middle + 1 } else { high = middle }
        }
        guard low > 0, low + 1 < points.count else { return nil }
        let (before, after) = (points[low - 1], points[low + 1])
        return before.latency + (after.latency - before.latency) * (load - before.load) / (after.load - before.load)
    }
}
