import Glibc
import SizingNumerics

/// The distribution of the sum of n independent slot loads, by the characteristic function on a grid.
///
/// 1. The slot load, above its minimum, is put on a grid of W = N·h tokens (``SlotLoadDistribution``). The grid is cyclic:
///    it needs to hold the sum's spread around its mean, not its mean, so W is about twenty deviations of the sum, more
///    where single loads reach further. What wraps around has a probability of about 1e-9.
/// 2. One transform gives the characteristic function ψ(t) at t = 2πk/W. Of a trace it is that of a real sequence; of
///    independent lengths, prefill and age share one complex transform and multiply.
/// 3. ψⁿ falls below rounding after some dozens of frequencies, so the inverse transform is short: as many points as
///    resolve them.
/// 4. Running sums give the quantiles (``LoadQuantiles``).
///
/// A slot that is empty with probability 1 − ρ has 1 − ρ + ρψ(t); kernel times that scatter multiply ψ by that of a normal
/// (``SlotScatter``), for which the window reaches down by as much as that normal may take off.
///
/// h is about a twelfth of the slot load's deviation or finer where 8,192 points allow it; the variance that the grid adds
/// is taken off again.
struct LoadSum {
    private let slotLoad: SlotLoad
    private let step: Int
    private let count: Int
    private let addedVariance: Double
    /// Where the grid begins, a slot, tokens: the smallest load and what jitter adds to it.
    private let origin: Double
    /// How far below it jitter may take a load, and how far above it one reaches.
    private let below: Double
    private let reach: Double
    /// ψ at the non-negative frequencies: log |ψ| and the phase.
    private var logMagnitude: [Double] = []
    private var phase: [Double] = []

    private static let maximumCount = 8_192
    private static let stepsPerDeviation = 12.0
    /// Tokens: the whole grid is counted exactly in a double.
    private static let widestStep = 0x1p40

    /// `nil` where only the moments are known, the load does not vary, or jitter drowns it. Good for sums of `fewest` to `slots` loads.
    init?(_ workload: Workload, _ scatter: SlotScatter, slots: Int, fewest: Int) {
        slotLoad = scatter.applied(to: workload.slotLoad)
        guard workload.slotLoad.standardDeviation > 0,
            let distribution = SlotLoadDistribution(workload, mayBeEmpty: scatter.occupancy < 1)
        else { return nil }
        origin = Double(distribution.minimum) + scatter.shift
        // Eight deviations of the smallest sum.
        below = 8 * (scatter.variance / Double(fewest)).squareRoot()
        reach = distribution.reach + below
        let n = Double(slots)
        let window = Self.window(slotLoad, from: origin - below, to: origin + reach, slots: n)
        let width = window.below + window.above
        let finest = max(1, slotLoad.standardDeviation / Self.stepsPerDeviation)
        var count = 256
        while count < Self.maximumCount, Double(count) * finest < width { count *= 2 }
        self.count = count
        // Kernel times that scatter far more than the loads leave nothing of the loads' form to be seen.
        let spacing = (width / Double(count)).rounded(.up)
        guard spacing <= Self.widestStep else { return nil }
        step = max(1, Int(spacing))
        let parts = distribution.parts(step: step, count: count)
        addedVariance = parts.reduce(0) { $0 + $1.addedVariance }
        var real = parts[0].masses
        var imaginary = parts.count > 1 ? parts[1].masses : [Double](repeating: 0, count: count)
        FourierTransform.transform(real: &real, imaginary: &imaginary)
        logMagnitude.reserveCapacity(count / 2)
        phase.reserveCapacity(count / 2)
        for k in 0...(count / 2) {
            var (re, im) = (real[k], imaginary[k])
            if parts.count > 1 {
                // X = P̂ + iĴ of two real sequences: P̂ = (X_k + X̄_{−k})/2, Ĵ = (X_k − X̄_{−k})/2i.
                let mirror = (count - k) & (count - 1)
                let (p, q) = ((re + real[mirror]) / 2, (im - imaginary[mirror]) / 2)
                let (u, v) = ((im + imaginary[mirror]) / 2, (real[mirror] - re) / 2)
                re = p * u - q * v
                im = p * v + q * u
            }
            if scatter.occupancy < 1 {
                re = 1 - scatter.occupancy + scatter.occupancy * re
                im *= scatter.occupancy
            }
            let power = re * re + im * im
            let frequency = 2 * Double.pi * Double(k) / (Double(count) * Double(step))
            let damping = scatter.variance * frequency * frequency / 2
            // A sum of few loads needs all frequencies, even those beyond a zero of ψ; of many, those above rounding.
            logMagnitude.append((power > 1e-300 ? 0.5 * log(power) : -400) - damping)
            phase.append(atan2(im, re))
            if slots >= 64, logMagnitude[k] < -34 { break }
        }
    }

    /// How far below and above its mean the sum of `slots` loads reaches, tokens.
    ///
    /// Below, a sum of loads that are not negative has a normal tail with the variance n E[(L − min)²]; above, eight
    /// deviations and the furthest single load.
    private static func window(
        _ load: SlotLoad, from lowest: Double, to highest: Double, slots n: Double
    ) -> (below: Double, above: Double) {
        let mean = load.mean - lowest
        let reach = highest - lowest
        let below = min(n * mean, 6 * (n * (load.variance + mean * mean)).squareRoot())
        let deviation = (n * load.variance).squareRoot()
        let above = min(n * (reach - mean), 8 * deviation + 1.25 * reach)
        return (below + 2, max(above, 0) + 2)
    }

    /// The quantiles of the sum of `slots` loads.
    func quantiles(slots: Int) -> LoadQuantiles {
        let n = Double(slots)
        let frequencies = (logMagnitude.lastIndex { n * $0 > -34 } ?? 0) + 1
        // As many points as resolve the frequencies; exactly those of the grid where they are not few, because the
        // distribution then has jumps, which more points would let ring.
        var points = 4 * frequencies > count ? count : 512
        while points < 4 * frequencies, points < count { points *= 2 }
        var real = [Double](repeating: 0, count: points)
        var imaginary = real
        // The sum's distribution is the inverse transform; half of the spectrum twice, but the constant and the
        // highest frequency once.
        for k in 0..<min(frequencies, points / 2 + 1) {
            let magnitude = exp(n * logMagnitude[k]) * (k == 0 || k == points / 2 ? 1 : 2)
            let angle = n * phase[k]
            real[k] = magnitude * cos(angle)
            imaginary[k] = magnitude * sin(angle)
        }
        // With the arguments exchanged it is the inverse.
        FourierTransform.transform(real: &imaginary, imaginary: &real)
        let period = Double(count) * Double(step)
        let spacing = period / Double(points)
        let minimum = n * origin
        let mean = n * slotLoad.mean - minimum
        let window = Self.window(slotLoad, from: origin - below, to: origin + reach, slots: n)
        // The window begins as far below the mean as the spare width, shared evenly, allows.
        let spare = max(0, period - window.below - window.above) / 2
        let first = max(-n * below / spacing, (mean - window.below - spare) / spacing).rounded(.up)
        let start = Int(first.truncatingRemainder(dividingBy: Double(points)))
        let masses = (0..<points).map { max(0, real[(start + $0) & (points - 1)]) }
        var quantiles = LoadQuantiles(masses: masses, first: minimum + first * spacing, step: spacing)
        // The grid's own variance is taken off by drawing the loads together around the mean.
        let variance = n * slotLoad.variance
        let added = n * addedVariance + spacing * spacing / 12
        quantiles.shrink(around: n * slotLoad.mean, by: (variance / (variance + added)).squareRoot())
        quantiles.keepMean(n * slotLoad.mean, above: minimum - n * below)
        return quantiles
    }
}
