import Sizing
import Text

/// What a stage's latency is made of, where samples are given in place of coefficients.
public enum LatencyFit: String, Hashable, Sendable, CaseIterable {
    /// The least-squares line.
    case line
    /// The measured curve: weighted means at each load, made non-decreasing, straight lines between.
    case interpolate
    /// The larger of two fitted lines: a roofline.
    case maximum = "max"

    /// The model of `samples`.
    ///
    /// Samples that are errors of measuring are left out, and named in a warning.
    /// - Throws: `InvalidInput` naming `samples` where the fit cannot be made or comes out negative: a line is not clipped,
    ///   because a clipped line is no fit.
    public func model(_ samples: [LatencySample]) throws(InvalidInput) -> FittedLatency {
        guard samples.count <= StageCalibration.maximumSamples else {
            throw InvalidInput(
                field: "samples", rule: "must have at most \(StageCalibration.maximumSamples) elements")
        }
        let trusted = TrustedSamples(samples)
        let loads = trusted.samples.map(\.load)
        let range = MeasuredRange((loads.min() ?? 0)...(loads.max() ?? 0))
        var warnings = trusted.warnings(line: LineFit(TrustedSamples.points(samples)))
        switch self {
        case .line:
            guard let line = LineFit(trusted.points) else {
                throw InvalidInput(field: "samples", rule: "must have at least two distinct loads")
            }
            let model = try Self.model(line)
            let byBatch = BatchLines(StageCalibration.batchLines(trusted.samples))
            if byBatch == nil, let poor = LineQuality(line, trusted.samples).warning { warnings.append(poor) }
            return FittedLatency(
                model, errors: InputErrors.Line(line), byBatch: byBatch, range: range, warnings: warnings)
        case .interpolate: return FittedLatency(try Self.curve(trusted.samples), range: range, warnings: warnings)
        case .maximum: return FittedLatency(try Self.roofline(trusted.points), range: range, warnings: warnings)
        }
    }

    private static func model(_ line: LineFit) throws(InvalidInput) -> LatencyModel {
        for (name, estimate) in [("alpha_us", line.alpha), ("beta_us", line.beta)] where estimate.value < 0 {
            throw InvalidInput(
                field: "samples",
                rule:
                    "give a line with \(name) = \(estimate.value)\(estimate.standardError.map { " ± \($0)" } ?? ""), which is negative "
                    + "and cannot be used; "
                    + (name == "beta_us"
                        ? "add samples at small loads, or use fit \"interpolate\""
                        : "latency must not fall with load: check the units and the samples"))
        }
        return try bridged { () throws(InvalidInput) in
            LatencyModel(try LatencyLine(alpha: line.alpha.value, beta: line.beta.value))
        }
    }

    private static func curve(_ samples: [LatencySample]) throws(InvalidInput) -> LatencyModel {
        var sums: [Double: (latency: Double, weight: Double)] = [:]
        for sample in samples {
            let sum = sums[sample.load, default: (0, 0)]
            sums[sample.load] = (sum.latency + sample.weight * sample.latency, sum.weight + sample.weight)
        }
        let points = sums.map { (load: $0.key, latency: $0.value.latency / $0.value.weight) }
        return try bridged { () throws(InvalidInput) in
            try LatencyModel(through: points.sorted { $0.load < $1.load })
        }
    }

    private static func roofline(
        _ points: [(load: Double, latency: Double, weight: Double)]
    ) throws(InvalidInput) -> LatencyModel {
        guard let knee = Knee(points), knee.alphaAfter > knee.alphaBefore else {
            throw InvalidInput(
                field: "samples",
                rule: "show no knee with a steeper line behind it: use fit \"line\" or \"interpolate\"")
        }
        // A flat roof comes out of noise with a slope around zero; second lines of rooflines often pass below the origin.
        guard knee.beta >= 0, knee.alphaBefore >= 0 || knee.alphaBefore * knee.load > -0.05 * knee.beta else {
            throw InvalidInput(
                field: "samples",
                rule:
                    "give a roofline whose first line falls or starts below zero (\(knee.alphaBefore), \(knee.beta)); use fit "
                    + "\"interpolate\"")
        }
        return try bridged { () throws(InvalidInput) in
            // Through its corners, because the second line's β may be negative.
            let flat = max(0, knee.alphaBefore)
            let corner = knee.beta + flat * knee.load
            return try LatencyModel(through: [
                (load: 0, latency: knee.beta), (load: knee.load, latency: corner),
                (load: 2 * knee.load, latency: corner + knee.alphaAfter * knee.load),
            ])
        }
    }

    private static func bridged(
        _ make: () throws(InvalidInput) -> LatencyModel
    ) throws(InvalidInput) -> LatencyModel {
        do throws(InvalidInput) {
            return try make()
        } catch {
            throw InvalidInput(field: "samples", rule: "give no usable model: \(error)")
        }
    }
}

/// What measurements of one stage come to: by ``LatencyFit`` from samples, or as calibrated before.
public struct FittedLatency: Hashable, Sendable {
    public let model: LatencyModel
    /// Those of the line, where the model is one and they are defined.
    public let errors: InputErrors.Line?
    /// The lines to be taken in its place once the batch size is known; `nil` where the load alone explains latency.
    public let byBatch: BatchLines?
    /// Where it was measured; `nil` where it was not.
    public let range: MeasuredRange?
    /// What the fit left out, or does badly. Pointers are below the stage.
    public let warnings: [Warning]

    public init(
        _ model: LatencyModel, errors: InputErrors.Line? = nil, byBatch: BatchLines? = nil, range: MeasuredRange? = nil,
        warnings: [Warning] = []
    ) {
        self.model = model
        self.errors = errors
        self.byBatch = byBatch
        self.range = range
        self.warnings = warnings
    }

    /// The same for a step of `layers` ≥ 1 layers, of each of which this is the latency.
    public func repeated(layers: Int) -> FittedLatency {
        let factor = Double(layers)
        return FittedLatency(
            model.scaled(by: factor), errors: errors?.scaled(by: factor), byBatch: byBatch?.scaled(by: factor),
            range: range, warnings: warnings)
    }
}

/// What fits to samples take, in seconds of one core, before they are begun. The constants were measured (docs/operations.md).
public enum FitEffort {
    /// The search for outliers, which every fit begins with.
    private static func outliers(_ samples: Double) -> Double {
        let robust = min(samples, 600)
        return 1e-6 * samples + 12e-9 * robust * robust + knee(min(samples, 800))
    }

    /// A roofline: every gap between loads is tried, each by some thirty fits to all samples.
    private static func knee(_ samples: Double) -> Double { 33 * 6e-9 * min(samples, 256) * samples }

    /// A latency model by `fit`.
    public static func model(_ fit: LatencyFit, samples: Int) -> Double {
        let n = Double(samples)
        return outliers(n) + 0.5e-6 * n + (fit == .maximum ? knee(n) : 0)
    }

    /// A whole calibration of one stage.
    public static func calibration(samples: Int) -> Double {
        let n = Double(samples)
        return outliers(n) + 12e-9 * min(n, 600) * min(n, 600) + knee(n) + 5e-6 * n
    }
}
