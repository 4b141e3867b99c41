import Glibc
import Sizing
import Text

/// What samples say of one stage's latency.
public struct StageCalibration: Hashable, Sendable {
    /// What the samples look like.
    public enum Shape: String, Hashable, Sendable {
        case line
        /// Two lines with a knee, the second steeper.
        case roofline
        case neither
    }

    /// A sample that is far from the robust line.
    public struct Outlier: Hashable, Sendable {
        /// Index into the samples.
        public let index: Int
        public let sample: LatencySample
        /// Latency above the robust line, microseconds; above that of the others, where the sample has turned it to itself.
        public let residual: Double
    }

    /// Where a line is worst, relative to what was measured.
    public struct RelativeError: Hashable, Sendable {
        /// |latency − line|/latency.
        public let value: Double
        public let index: Int
        public let sample: LatencySample
    }

    public let samples: [LatencySample]
    /// Least squares over the samples that are no outliers.
    public let line: LineFit
    /// Theil–Sen over all samples.
    public let robust: RobustLine
    /// The two-piece fit that a line is weighed against; `nil` with too few distinct loads, or no convex bend.
    public let knee: Knee?
    public let shape: Shape
    /// Probability of as much lack of fit by chance, were the line right; `nil` where it cannot be tested.
    public let lackOfFit: Double?
    public let outliers: [Outlier]
    public let largestRelativeError: RelativeError
    /// For samples by batch and context: the share of the line's residual scatter that batch and context explain beyond their
    /// product, with the probability of as much by chance.
    public let shapeDependence: (explained: Double, probability: Double)?
    /// Where they fit better than one line: a line for each batch with three contexts or more, by rising batch.
    public let batchLines: [BatchLine]
    /// Pointers are below the stage.
    public let warnings: [Warning]

    /// The line of the samples of one batch.
    public struct BatchLine: Hashable, Sendable {
        public let batch: Double
        public let samples: Int
        public let line: LineFit
    }

    /// Two samples are enough for a line; more than this are refused.
    public static let maximumSamples = 100_000

    /// Of tens of thousands of samples it takes seconds.
    ///
    /// - Parameters:
    ///   - samples: of one stage.
    ///   - stop: asked every some milliseconds; true ends the work, and what is made or thrown is then of no use.
    /// - Throws: `InvalidInput` naming `samples` with fewer than two distinct loads, or too many samples.
    public init(_ samples: [LatencySample], stop: () -> Bool = { false }) throws(InvalidInput) {
        guard samples.count <= Self.maximumSamples else {
            throw InvalidInput(field: "samples", rule: "must have at most \(Self.maximumSamples) elements")
        }
        let points = TrustedSamples.points(samples)
        let trusted = TrustedSamples(samples)
        guard let line = LineFit(trusted.points), let robust = RobustLine(points) else {
            throw InvalidInput(field: "samples", rule: "must have at least two distinct loads")
        }
        self.samples = samples
        self.line = line
        self.robust = robust
        outliers = trusted.outliers
        let named = Set(outliers.map(\.index))
        let quality = LineQuality(line, trusted.samples, indices: samples.indices.filter { !named.contains($0) })
        largestRelativeError = quality.worst
        let verdict = ShapeVerdict(trusted.points, stop: stop)
        shape = verdict.shape == .line && quality.isPoor ? .neither : verdict.shape
        knee = verdict.knee
        lackOfFit = verdict.lackOfFit
        shapeDependence = ShapeDependence.test(trusted.samples)
        batchLines = Self.batchLines(trusted.samples)
        let isDependent = shapeDependence.map { ShapeDependence.matters($0) } ?? false
        warnings =
            trusted.warnings(line: LineFit(points))
            + Self.warnings(
                trusted.samples, line, shape, quality, dependsOnShape: isDependent || !batchLines.isEmpty)
        guard hasFiniteFigures else {
            throw InvalidInput(
                field: "samples",
                rule: "must not span so wide a range of loads, latencies or weights that no line can be told")
        }
    }

    /// Whether every figure of the fits is a number: sums over extreme loads and weights may leave double precision.
    private var hasFiniteFigures: Bool {
        var figures = [robust.alpha, robust.beta, robust.scale, lackOfFit ?? 0]
        for fit in [line] + batchLines.map(\.line) {
            figures += [fit.covariance ?? 0, fit.rSquared]
            for estimate in [fit.alpha, fit.beta] {
                figures += [estimate.value, estimate.standardError ?? 0]
                if let interval = estimate.interval { figures += [interval.lowerBound, interval.upperBound] }
            }
        }
        if let knee { figures += [knee.load, knee.beta, knee.alphaBefore, knee.alphaAfter] }
        if let shapeDependence { figures += [shapeDependence.explained, shapeDependence.probability] }
        return figures.allSatisfy(\.isFinite) && samples.allSatisfy { line.latency(at: $0.load).isFinite }
    }

    /// What ``batchLines`` is; empty where one line over all loads does as well.
    static func batchLines(_ samples: [LatencySample]) -> [BatchLine] {
        let shaped = samples.filter { $0.shape != nil }
        let groups = Dictionary(grouping: shaped) { $0.shape?.batch ?? 0 }
            .filter { Set($0.value.map(\.load)).count >= 3 }
        guard groups.count >= 2 else { return [] }
        func points(_ samples: [LatencySample]) -> [(load: Double, latency: Double, weight: Double)] {
            samples.map { (load: $0.load, latency: $0.latency, weight: $0.weight) }
        }
        let lines = groups.sorted { $0.key < $1.key }.prefix(64).compactMap { batch, group in
            LineFit(points(group)).map { BatchLine(batch: batch, samples: group.count, line: $0) }
        }
        let covered = Set(lines.map(\.batch))
        guard let pooled = LineFit(points(shaped.filter { covered.contains($0.shape?.batch ?? 0) })),
            let test = ShapeDependence.test(pooled, against: lines)
        else { return [] }
        return ShapeDependence.matters(test) ? lines : []
    }

    private static func warnings(
        _ samples: [LatencySample], _ line: LineFit, _ shape: Shape, _ quality: LineQuality, dependsOnShape: Bool
    ) -> [Warning] {
        var warnings: [Warning] = []
        func warn(_ code: String, _ detail: String, _ pointer: String = "/samples") {
            warnings.append(Warning(code: code, detail: detail, pointer: pointer))
        }
        if samples.count == 2 {
            warn("few_samples", "Two samples give a line, but no errors: they are not defined.")
        } else if samples.count < 5 {
            warn("few_samples", "Only \(samples.count) samples: the errors are themselves uncertain.")
        }
        if line.alpha.value < 0 {
            warn(
                "negative_slope",
                "alpha_us is negative: latency falls with load, so the samples cannot be used as hardware.",
                "/alpha_us")
        }
        if line.beta.value < 0 {
            warn(
                "negative_intercept",
                (line.beta.interval?.upperBound ?? line.beta.value) >= 0
                    ? "beta_us is negative, within its error of zero: measure at small loads, or send the samples with fit \"interpolate\"."
                    : "beta_us is negative: the line does not hold at small loads; measure there, or send the samples with fit "
                        + "\"interpolate\".", "/beta_us")
        }
        if shape == .roofline {
            warn(
                "roofline",
                "The samples bend: a line misjudges both ends; send them as hardware with fit \"interpolate\" or \"max\".",
                "/shape")
        } else if let poor = quality.warning {
            warnings.append(poor)
        } else if shape == .neither {
            warn(
                "no_line",
                "Neither a line nor a roofline: send the samples as hardware with fit \"interpolate\", or look for a second cause of latency.",
                "/shape")
        }
        if dependsOnShape {
            warn(
                "depends_on_batch",
                "Latency depends on batch and context beyond their product: sent as hardware, the lines of the batch sizes nearest to "
                    + "batch_size count, where two or more have one.", "/by_batch")
        }
        return warnings
    }

    public static func == (a: StageCalibration, b: StageCalibration) -> Bool { a.samples == b.samples }
    public func hash(into hasher: inout Hasher) { hasher.combine(samples) }
}

extension StageCalibration {
    /// The measured range of loads.
    public var loads: ClosedRange<Double> {
        let loads = samples.map(\.load)
        return (loads.min() ?? 0)...(loads.max() ?? 0)
    }
}
