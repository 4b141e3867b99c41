import Text

/// A latency that grows linearly with load: α·load + β.
public struct LatencyLine: Hashable, Sendable {
    /// α, microseconds per unit of load (per token for Attention, per request for FFN and communication); not negative.
    public let alpha: Double
    /// β, microseconds; not negative.
    public let beta: Double

    /// - Throws: `InvalidInput` naming `alpha_us` or `beta_us` unless both lie in 0…1e12.
    public init(alpha: Double, beta: Double) throws(InvalidInput) {
        try InvalidInput.check(alpha, in: 0...SizingLimits.maximumCoefficient, field: "alpha_us")
        try InvalidInput.check(beta, in: 0...SizingLimits.maximumCoefficient, field: "beta_us")
        self.alpha = alpha
        self.beta = beta
    }

    /// A tangent or secant of a checked model: β may be negative there.
    init(unchecked alpha: Double, _ beta: Double) {
        self.alpha = alpha
        self.beta = beta
    }

    /// The line that is zero everywhere.
    public static let zero = LatencyLine(unchecked: 0, 0)

    /// Latency at `load`, microseconds.
    public func latency(at load: Double) -> Double { alpha * load + beta }
}

/// The latency of one stage as a function of its load: non-decreasing and piecewise linear.
///
/// A line is one segment; a roofline is the upper envelope of several lines; a measured or derived curve is interpolated
/// between its points. Every shape comes down to segments, so that the cycle time, its expectation under a random load and
/// the search over ratios know one form only. A new shape is one more factory here.
public struct LatencyModel: Hashable, Sendable {
    /// From `start` on (and, for the first segment, before it too), latency = value + slope · (load − start).
    public struct Segment: Hashable, Sendable {
        /// Load at which the segment begins.
        public let start: Double
        /// Latency at `start`, microseconds.
        public let value: Double
        /// Microseconds per unit of load; not negative.
        public let slope: Double
    }

    /// At least one, by rising `start`; the latency is continuous.
    public let segments: [Segment]

    /// The steepest piece between two points, microseconds per unit of load: beyond it, products would leave double precision.
    private static let steepest = 1e30

    private init(segments: [Segment]) { self.segments = segments }

    /// α·load + β.
    public init(_ line: LatencyLine) {
        segments = [Segment(start: 0, value: line.beta, slope: line.alpha)]
    }

    /// `slope`·load.
    init(slope: Double) { segments = [Segment(start: 0, value: 0, slope: slope)] }

    /// The upper envelope of `lines`: a roofline with as many roofs.
    ///
    /// - Throws: `InvalidInput` naming `max` where there is none.
    public init(maximumOf lines: [LatencyLine]) throws(InvalidInput) {
        guard !lines.isEmpty else { throw InvalidInput(field: "max", rule: "must not be empty") }
        // By rising slope; a later line takes over where it crosses the envelope so far.
        let ordered = lines.sorted { ($0.alpha, $0.beta) < ($1.alpha, $1.beta) }
        var envelope: [(line: LatencyLine, from: Double)] = []
        for line in ordered {
            while let last = envelope.last {
                if line.alpha == last.line.alpha {
                    envelope.removeLast()
                    continue
                }
                let crossing = (last.line.beta - line.beta) / (line.alpha - last.line.alpha)
                if crossing > last.from { break }
                envelope.removeLast()
            }
            if let last = envelope.last {
                envelope.append((line, (last.line.beta - line.beta) / (line.alpha - last.line.alpha)))
            } else {
                envelope.append((line, 0))
            }
        }
        segments = envelope.map { Segment(start: $0.from, value: $0.line.latency(at: $0.from), slope: $0.line.alpha) }
    }

    /// Straight lines between measured or derived points, made non-decreasing (pool-adjacent-violators).
    ///
    /// Beyond the last point the last slope goes on; before the first, the first slope does, down to no less than zero at
    /// no load.
    /// - Throws: `InvalidInput` naming `points` unless there are at least two, at distinct loads in 0…1e18, with latencies
    ///   in 0…1e12.
    public init(through points: [(load: Double, latency: Double)]) throws(InvalidInput) {
        guard points.count >= 2 else { throw InvalidInput(field: "points", rule: "must have at least two elements") }
        for (index, point) in points.enumerated() {
            try InvalidInput.check(point.load, in: 0...1e18, field: "points.\(index).load")
            try InvalidInput.check(
                point.latency, in: 0...SizingLimits.maximumCoefficient, field: "points.\(index).latency_us")
        }
        let ordered = points.sorted { $0.load < $1.load }
        for (one, next) in zip(ordered, ordered.dropFirst()) where one.load == next.load {
            throw InvalidInput(field: "points", rule: "must be at distinct loads")
        }
        let latencies = Self.monotone(ordered.map(\.latency))
        var segments: [Segment] = []
        for index in 0..<(ordered.count - 1) {
            let rise = latencies[index + 1] - latencies[index]
            let slope = rise / (ordered[index + 1].load - ordered[index].load)
            guard slope <= Self.steepest else {
                throw InvalidInput(field: "points", rule: "must be further apart: no latency rises so steeply")
            }
            segments.append(Segment(start: ordered[index].load, value: latencies[index], slope: slope))
        }
        let first = segments[0]
        if first.start > 0, first.value - first.slope * first.start < 0 {
            segments.insert(Segment(start: 0, value: 0, slope: first.value / first.start), at: 0)
        }
        self.segments = segments
    }

    /// The closest non-decreasing sequence in least squares, in order.
    private static func monotone(_ values: [Double]) -> [Double] {
        var blocks: [(sum: Double, count: Int)] = []
        for value in values {
            blocks.append((value, 1))
            while blocks.count > 1 {
                let last = blocks[blocks.count - 1]
                let previous = blocks[blocks.count - 2]
                guard previous.sum / Double(previous.count) > last.sum / Double(last.count) else { break }
                blocks.removeLast(2)
                blocks.append((previous.sum + last.sum, previous.count + last.count))
            }
        }
        return blocks.flatMap { Array(repeating: $0.sum / Double($0.count), count: $0.count) }
    }
}

extension LatencyModel {
    /// Latency at `load`, microseconds.
    ///
    /// - Parameter load: below 0 too, where a normal law has a tail below no load. A line is carried on there, because its mean is
    ///   then that of the true loads; of a curve only the first piece would be, which may be steep, so it stays at what no load takes.
    public func latency(at load: Double) -> Double {
        let load = isCarriedOnBelowZero ? load : max(0, load)
        let segment = segments[segmentIndex(at: load)]
        return segment.value + segment.slope * (load - segment.start)
    }

    var isCarriedOnBelowZero: Bool { segments.count == 1 }

    /// The line, where the model is one.
    public var line: LatencyLine? { segments.count == 1 ? localLine(at: segments[0].start) : nil }

    /// The line that the model follows around `load`. Its β may be negative.
    public func localLine(at load: Double) -> LatencyLine {
        let segment = segments[segmentIndex(at: load)]
        return LatencyLine(unchecked: segment.slope, segment.value - segment.slope * segment.start)
    }

    /// The last segment that starts at or before `load`, or the first.
    func segmentIndex(at load: Double) -> Int {
        var low = 0
        var high = segments.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if segments[middle].start <= load { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// The model with all latencies multiplied by `factor` ≥ 0.
    public func scaled(by factor: Double) -> LatencyModel {
        LatencyModel(
            segments: segments.map { Segment(start: $0.start, value: $0.value * factor, slope: $0.slope * factor) })
    }
}

extension LatencyModel {
    /// The model of a stage whose load is shared by `factor` > 0 equal parts: latency(load / factor).
    public func stretched(by factor: Double) -> LatencyModel {
        LatencyModel(
            segments: segments.map {
                Segment(start: $0.start * factor, value: $0.value, slope: $0.slope / factor)
            })
    }

    /// The least of latency(load)/load over `range` (of positive loads). On one segment it is monotone, so the ends and the
    /// knots between them are all that can be least.
    public func leastLatencyPerLoad(in range: ClosedRange<Double>) -> Double {
        var least = min(
            latency(at: range.lowerBound) / range.lowerBound, latency(at: range.upperBound) / range.upperBound)
        var index = segmentIndex(at: range.lowerBound) + 1
        while index < segments.count, segments[index].start < range.upperBound {
            if segments[index].start > range.lowerBound {
                least = min(least, segments[index].value / segments[index].start)
            }
            index += 1
        }
        return least
    }
}

extension LatencyModel {
    /// How much of a link's latency its bytes take, where this is the latency: without `delay`, where that is known. Where it is
    /// not, a curve rises by bytes alone, and far out its slope is the bandwidth: so at least t(n) − t(0) and at least the last
    /// slope times n, and no more than all of t(n). Of a line it is α·n; of a roofline max(delay, bytes) it is the bytes.
    /// Non-decreasing.
    func transfer(at load: Double, delay: Double?) -> Double {
        let whole = latency(at: load)
        if let delay { return max(0, whole - delay) }
        return min(whole, max(whole - latency(at: 0), segments[segments.count - 1].slope * load))
    }

    /// A lower bound of transfer(load)/load over `range` (of positive loads).
    public func leastTransferPerLoad(in range: ClosedRange<Double>, delay: Double?) -> Double {
        let whole = leastLatencyPerLoad(in: range)
        let fixed = delay ?? latency(at: 0)
        let rising = max(0, moved(by: -fixed).leastLatencyPerLoad(in: range))
        guard delay == nil else { return rising }
        return min(whole, max(rising, segments[segments.count - 1].slope))
    }

    /// The model with `constant` added, which may be negative.
    func moved(by constant: Double) -> LatencyModel {
        LatencyModel(
            segments: segments.map { Segment(start: $0.start, value: $0.value + constant, slope: $0.slope) })
    }
}
