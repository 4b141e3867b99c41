import Glibc

/// A period in which the rate of arrivals rises and falls.
///
/// The trend is taken off, and the periodogram searched from three periods in the trace to four windows a period. Arrivals are seldom
/// white noise, so each ordinate is measured by the median of its neighbours: under noise that is smooth in frequency
/// the ratio is exponential, and the largest of K must pass the point that K of them pass by chance once in a thousand traces.
public struct ArrivalPeriod: Hashable, Sendable {
    /// Seconds.
    public let length: Double
    /// Half of the swing from trough to peak, requests per second.
    public let amplitude: Double
    /// Amplitude over the mean rate.
    public let relativeAmplitude: Double

    private static let leastCycles = 3
    private static let neighbours = 8
    private static let chance = 1e-3
    /// Swings smaller than this share of the rate do not matter for practice.
    private static let negligible = 0.1

    init?(_ series: ArrivalSeries) {
        let rates = EvenLine(series.rates).residuals
        let n = rates.count
        let mean = series.rates.reduce(0, +) / Double(n)
        let highest = n / 4
        guard highest - Self.leastCycles >= 2 * Self.neighbours, mean > 0 else { return nil }
        let powers = (1...(highest + Self.neighbours)).map { Self.power(rates, cycles: Double($0)) }
        var best: (cycles: Int, ratio: Double)?
        for cycles in Self.leastCycles...highest {
            let around = (max(1, cycles - Self.neighbours)...(cycles + Self.neighbours)).filter { abs($0 - cycles) > 1 }
            let sorted = around.map { powers[$0 - 1] }.sorted()
            let background = sorted[sorted.count / 2] / 0.693_147_180_559_945
            guard background > 0 else { continue }
            let ratio = powers[cycles - 1] / background
            if ratio > best?.ratio ?? 0 { best = (cycles, ratio) }
        }
        // The background is itself estimated from some 16 exponential ordinates: its scatter makes the tail heavier, as 1 + x/m to the −m.
        let m = Double(2 * Self.neighbours)
        let limit = m * (pow(Double(highest) / Self.chance, 1 / m) - 1)
        guard let best, best.ratio > limit else { return nil }
        // The frequency between whole numbers of cycles.
        var cycles = Double(best.cycles)
        var strongest = Self.power(rates, cycles: cycles)
        for step in -20...20 {
            let candidate = Double(best.cycles) + Double(step) / 40
            let power = Self.power(rates, cycles: candidate)
            if power > strongest { (cycles, strongest) = (candidate, power) }
        }
        length = Double(n) * series.width / cycles
        amplitude = 2 * strongest.squareRoot() / Double(n)
        relativeAmplitude = amplitude / mean
        guard relativeAmplitude >= Self.negligible else { return nil }
    }

    /// |Σ x_t exp(−2πi·cycles·t/n)|², by Goertzel's recurrence.
    private static func power(_ x: [Double], cycles: Double) -> Double {
        let angle = 2 * Double.pi * cycles / Double(x.count)
        let factor = 2 * cos(angle)
        var last = 0.0
        var beforeLast = 0.0
        for value in x { (last, beforeLast) = (value + factor * last - beforeLast, last) }
        return max(0, last * last + beforeLast * beforeLast - factor * last * beforeLast)
    }
}
