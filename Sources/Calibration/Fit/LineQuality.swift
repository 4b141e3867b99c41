import Text

/// How far a line is from the samples that it was fitted to.
struct LineQuality {
    /// The largest |latency − line|/latency, and where it is.
    let worst: StageCalibration.RelativeError
    /// Whether that is too much for a line: more than a quarter of the latency, or more than a tenth where the other samples are much nearer.
    let isPoor: Bool

    /// - Parameters:
    ///   - samples: at least one.
    ///   - indices: the numbers of the samples as the caller gave them; `nil` for their places.
    init(_ line: LineFit, _ samples: [LatencySample], indices: [Int]? = nil) {
        var errors = samples.map { sample in
            let difference = abs(sample.latency - line.latency(at: sample.load))
            // Against a latency of next to nothing the quotient may leave double precision.
            return (value: difference > 0 ? min(difference / sample.latency, .greatestFiniteMagnitude) : 0, weight: 1.0)
        }
        var place = 0
        for index in errors.indices where errors[index].value > errors[place].value { place = index }
        worst = StageCalibration.RelativeError(
            value: errors[place].value, index: indices?[place] ?? place, sample: samples[place])
        let median = RobustLine.median(&errors)
        isPoor = worst.value > 0.25 || (worst.value > 0.1 && worst.value > 8 * median)
    }

    /// Tells of a poor line; `nil` for a good one.
    var warning: Warning? {
        guard isPoor else { return nil }
        return Warning(
            code: "poor_line",
            detail:
                "The line is off by \(Figure.percent(worst.value)) at load \(Figure.short(worst.sample.load)) (measured "
                + "\(Figure.short(worst.sample.latency)) us). Give the samples with fit \"interpolate\", or measure around the load in use.",
            pointer: "/samples/\(worst.index)")
    }
}
