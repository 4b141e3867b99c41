/// The largest rate that is to be expected soon, from the rates seen at equal intervals.
///
/// A controller that plans for what was is late by the time that an instance takes to start. Two pictures of the past are tried: a
/// swing, the sinusoid that fits one of several stretches of the past best, counts where it explains ``leastShare`` of what changed
/// over a period or more; else the straight line through the last rates, where it rises by more than its error.
struct RateForecast: Sendable {
    /// Part of the variance that a swing has to explain.
    static let leastShare = 0.8
    /// Most rates that are remembered, and most points that a stretch of them is made into.
    static let capacity = 2048
    private static let points = 64
    /// A forecast is at most so many times the largest rate seen, or what the straight line says.
    private static let mostGrowth = 1.25

    /// Rates that the straight line goes through.
    private let recent: Int
    private var rates: [Double] = []

    /// - Parameter recent: rates that count as recent, 1 or more.
    init(recent: Int) { self.recent = max(1, recent) }

    var count: Int { rates.count }

    /// Adds the rate of the next interval.
    mutating func add(_ rate: Double) {
        if rates.count == Self.capacity { rates.removeFirst(Self.capacity / 4) }
        rates.append(rate)
    }

    /// The largest rate of the next `ahead` intervals, or of the last one as the forecast has it; 0 before the first rate.
    func largest(ahead: Double) -> Double {
        let line = line(ahead: ahead)
        guard let swing = swing() else { return line }
        let most = rates.max() ?? 0
        return max(0, min(swing.largest(ahead: ahead), max(line, Self.mostGrowth * most)))
    }

    // MARK: The straight line

    private func line(ahead: Double) -> Double {
        let last = rates.suffix(recent)
        let count = Double(last.count)
        guard last.count > 0 else { return 0 }
        let mean = last.reduce(0, +) / count
        guard last.count > 2 else { return mean }
        let middle = (count - 1) / 2
        var (products, squares, total) = (0.0, 0.0, 0.0)
        for (index, rate) in last.enumerated() {
            let x = Double(index) - middle
            products += x * rate
            squares += x * x
            total += (rate - mean) * (rate - mean)
        }
        let slope = products / squares
        let error = (max(0, total - slope * products) / (count - 2) / squares).squareRoot()
        let rise = max(0, slope - error)
        // From the middle of the last interval to the end of those ahead.
        return max(0, mean + slope * middle, mean + slope * middle + rise * (ahead + 0.5))
    }

    // MARK: The swing

    /// mean + a cos ωx + b sin ωx, x in intervals from the end of the last one.
    struct Swing {
        var mean = 0.0
        var cosine = 0.0
        var sine = 0.0
        /// Intervals of a period.
        var period = 1.0
        /// Part of the variance that it explains.
        var share = 0.0

        func largest(ahead: Double) -> Double {
            let steps = max(1, min(256, Int((ahead * 4).rounded(.up))))
            return (0...steps).reduce(-Double.infinity) { most, step in
                let turns = ahead * Double(step) / Double(steps) / period
                return max(
                    most, mean + cosine * PortableMath.cosine(turns: turns) + sine * PortableMath.sine(turns: turns))
            }
        }
    }

    /// The best swing of all stretches; nil where none explains enough.
    func swing() -> Swing? {
        var best: Swing?
        var length = 32
        repeat {
            if let swing = Self.swing(rates.suffix(length)), swing.share > best?.share ?? Self.leastShare {
                best = swing
            }
            length *= 4
        } while length / 4 < rates.count && length <= Self.capacity
        return best
    }

    /// The best swing of one stretch, of periods of which it has one to eight.
    private static func swing(_ rates: ArraySlice<Double>) -> Swing? {
        let stride = (rates.count + points - 1) / points
        guard stride > 0 else { return nil }
        // Means of `stride` rates, the last ones whole.
        let count = rates.count / stride
        guard count >= 12 else { return nil }
        let means = (0..<count).map { index in
            let end = rates.endIndex - (count - 1 - index) * stride
            return rates[(end - stride)..<end].reduce(0, +) / Double(stride)
        }
        let mean = means.reduce(0, +) / Double(count)
        let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        guard variance > 0 else { return nil }
        var best: Swing?
        var period = max(4, Double(count) / 8)
        while period <= Double(count) {
            if let swing = fit(means, mean, variance, period), swing.share > best?.share ?? 0 { best = swing }
            period *= 1.03
        }
        best?.period *= Double(stride)
        return best
    }

    /// Least squares of one period.
    private static func fit(_ values: [Double], _ mean: Double, _ variance: Double, _ period: Double) -> Swing? {
        // Angles count from the end of the last value, whose middle is half a value before it.
        let turns = 1 / period
        let (turnCosine, turnSine) = (PortableMath.cosine(turns: turns), PortableMath.sine(turns: turns))
        var (c, s) = (PortableMath.cosine(turns: turns / 2), -PortableMath.sine(turns: turns / 2))
        var (sc, ss, scc, scs, sss, syc, sys) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for value in values.reversed() {
            let y = value - mean
            sc += c
            ss += s
            scc += c * c
            scs += c * s
            sss += s * s
            syc += y * c
            sys += y * s
            (c, s) = (c * turnCosine + s * turnSine, s * turnCosine - c * turnSine)
        }
        // The means are taken out: three unknowns become two.
        let count = Double(values.count)
        let (vcc, vcs, vss) = (scc - sc * sc / count, scs - sc * ss / count, sss - ss * ss / count)
        let determinant = vcc * vss - vcs * vcs
        guard determinant > 1e-9 * vcc * vss, vcc > 0, vss > 0 else { return nil }
        let a = (syc * vss - sys * vcs) / determinant
        let b = (sys * vcc - syc * vcs) / determinant
        return Swing(
            mean: mean - (a * sc + b * ss) / count, cosine: a, sine: b, period: period,
            share: (a * syc + b * sys) / variance)
    }
}
