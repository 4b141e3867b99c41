import Text

/// Samples without those that are errors of measuring: what fits are made of.
struct TrustedSamples {
    /// Those that are kept, in their order.
    let samples: [LatencySample]
    /// Those that are not.
    let outliers: [StageCalibration.Outlier]

    /// More warnings than this are summed up in the last one.
    private static let mostWarnings = 5

    init(_ all: [LatencySample]) {
        let outliers = Self.search(all)
        let left = Set(outliers.map(\.index))
        let kept = all.indices.filter { !left.contains($0) }.map { all[$0] }
        // What is left must still tell a line.
        guard let load = kept.first?.load, kept.contains(where: { $0.load != load }) else {
            samples = all
            self.outliers = []
            return
        }
        samples = kept
        self.outliers = outliers
    }

    var points: [(load: Double, latency: Double, weight: Double)] { Self.points(samples) }

    static func points(_ samples: [LatencySample]) -> [(load: Double, latency: Double, weight: Double)] {
        samples.map { (load: $0.load, latency: $0.latency, weight: $0.weight) }
    }

    private static func search(_ all: [LatencySample]) -> [StageCalibration.Outlier] {
        let points = points(all)
        // Nothing is far from a line that passes everything within 3 %.
        if let line = LineFit(points),
            all.allSatisfy({ abs($0.latency - line.latency(at: $0.load)) <= 0.03 * $0.latency })
        {
            return []
        }
        // Where latency depends on the batch, each batch is measured by its own line.
        let groups =
            StageCalibration.batchLines(all).isEmpty
            ? [Array(all.indices)]
            : Dictionary(grouping: all.indices) { all[$0].shape?.batch ?? -1 }.values.map { $0.sorted() }
        return groups.flatMap { group -> [StageCalibration.Outlier] in
            let samples = group.map { all[$0] }
            guard let robust = RobustLine(Self.points(samples)) else { return [] }
            let search = OutlierSearch(samples, robust)
            // One that has turned the robust line to itself is measured by that of the others.
            let others =
                search.turnsLine ? samples.indices.filter { !search.indices.contains($0) }.map { samples[$0] } : []
            let line = RobustLine(Self.points(others)) ?? robust
            return search.indices.map { place in
                StageCalibration.Outlier(
                    index: group[place], sample: samples[place],
                    residual: samples[place].latency - line.latency(at: samples[place].load))
            }
        }.sorted { $0.index < $1.index }
    }

    /// One warning for each sample that was left out.
    ///
    /// - Parameter line: of all samples, to tell what an outlier would do.
    func warnings(line: LineFit?) -> [Warning] {
        let effect =
            (line?.alpha.value ?? 0) < 0
            ? " With it the line would fall with load (alpha_us = \(Figure.short(line?.alpha.value ?? 0)))." : ""
        var warnings = outliers.prefix(Self.mostWarnings).map { outlier in
            let sample = outlier.sample
            return Warning(
                code: "outlier_left_out",
                detail:
                    "The sample of \(Figure.short(sample.latency)) us at load \(Figure.short(sample.load)) (number \(outlier.index), counted "
                    + "from 0) is an outlier, \(Figure.short(abs(outlier.residual))) us \(outlier.residual > 0 ? "above" : "below") the line of "
                    + "the others, and is left out of the fit.\(effect)",
                pointer: "/samples/\(outlier.index)")
        }
        if outliers.count > Self.mostWarnings {
            warnings.append(
                Warning(
                    code: "outlier_left_out",
                    detail: "\(outliers.count - Self.mostWarnings) more samples are outliers and left out of the fit.",
                    pointer: "/samples"))
        }
        return warnings
    }
}
