import Sizing

/// Two lines that meet at a knee, the second one steeper: a roofline.
///
/// latency = β + α₁·load + (α₂ − α₁)·max(0, load − knee), by least squares over the knee: every gap between distinct loads is tried,
/// and within it a golden-section search of the profile.
public struct Knee: Hashable, Sendable {
    /// The load at the knee.
    public let load: Double
    /// Microseconds per unit of load, before and after.
    public let alphaBefore: Double
    public let alphaAfter: Double
    /// Latency at no load by the first line, microseconds.
    public let beta: Double
    let residualSum: Double

    /// Latency at `load`, microseconds.
    func latency(at x: Double) -> Double {
        beta + alphaBefore * x + (alphaAfter - alphaBefore) * max(0, x - load)
    }

    /// At most so many gaps are tried.
    private static let maximumGaps = 256

    /// The best knee; `nil` with fewer than four distinct loads.
    ///
    /// Of many samples it takes seconds.
    ///
    /// - Parameter stop: asked before each gap; true ends the search, and what was found is then of no use.
    init?(_ samples: [(load: Double, latency: Double, weight: Double)], stop: () -> Bool = { false }) {
        let loads = Set(samples.map(\.load)).sorted()
        guard loads.count >= 4 else { return nil }
        var best: Knee?
        // At least two distinct loads on each side.
        let gaps = Array(1..<(loads.count - 2))
        let step = max(1, gaps.count / Self.maximumGaps)
        for gap in stride(from: 0, to: gaps.count, by: step) {
            if stop() { break }
            var low = loads[gaps[gap]]
            var high = loads[gaps[gap] + 1]
            let golden = 0.618_033_988_749_894_9
            var a = high - golden * (high - low)
            var b = low + golden * (high - low)
            var fitA = Self.fit(samples, knee: a)
            var fitB = Self.fit(samples, knee: b)
            for _ in 0..<30 {
                if (fitA?.residualSum ?? .infinity) <= (fitB?.residualSum ?? .infinity) {
                    high = b
                    (b, fitB) = (a, fitA)
                    a = high - golden * (high - low)
                    fitA = Self.fit(samples, knee: a)
                } else {
                    low = a
                    (a, fitA) = (b, fitB)
                    b = low + golden * (high - low)
                    fitB = Self.fit(samples, knee: b)
                }
            }
            for candidate in [fitA, fitB, Self.fit(samples, knee: loads[gaps[gap]])] {
                guard let candidate else { continue }
                if candidate.residualSum < best?.residualSum ?? .infinity { best = candidate }
            }
        }
        guard let best else { return nil }
        self = best
    }

    private init(load: Double, alphaBefore: Double, alphaAfter: Double, beta: Double, residualSum: Double) {
        self.load = load
        self.alphaBefore = alphaBefore
        self.alphaAfter = alphaAfter
        self.beta = beta
        self.residualSum = residualSum
    }

    /// Least squares on x and max(0, x − knee), around weighted means.
    private static func fit(_ samples: [(load: Double, latency: Double, weight: Double)], knee: Double) -> Knee? {
        var w = 0.0
        var mx = 0.0
        var mz = 0.0
        var my = 0.0
        for sample in samples {
            w += sample.weight
            mx += sample.weight * sample.load
            mz += sample.weight * max(0, sample.load - knee)
            my += sample.weight * sample.latency
        }
        (mx, mz, my) = (mx / w, mz / w, my / w)
        var xx = 0.0
        var xz = 0.0
        var zz = 0.0
        var xy = 0.0
        var zy = 0.0
        for sample in samples {
            let x = sample.load - mx
            let z = max(0, sample.load - knee) - mz
            let y = sample.latency - my
            xx += sample.weight * x * x
            xz += sample.weight * x * z
            zz += sample.weight * z * z
            xy += sample.weight * x * y
            zy += sample.weight * z * y
        }
        let determinant = xx * zz - xz * xz
        guard determinant > 1e-12 * xx * zz else { return nil }
        let slope = (xy * zz - zy * xz) / determinant
        let bend = (zy * xx - xy * xz) / determinant
        var residuals = 0.0
        for sample in samples {
            let r = sample.latency - my - slope * (sample.load - mx) - bend * (max(0, sample.load - knee) - mz)
            residuals += sample.weight * r * r
        }
        return Knee(
            load: knee, alphaBefore: slope, alphaAfter: slope + bend, beta: my - slope * mx - bend * mz,
            residualSum: residuals)
    }
}
