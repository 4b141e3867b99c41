/// A mean with a 95 % interval.
public struct Estimate: Hashable, Sendable {
    public let mean: Double
    /// 95 % interval; `nil` where there was too little to make one of.
    public let interval: ClosedRange<Double>?

    init(mean: Double, interval: ClosedRange<Double>?) {
        self.mean = mean
        self.interval = interval
    }

    /// Around `mean`, from independent (or nearly so) means of equal parts, by Student's t.
    init(mean: Double, parts: [Double]) {
        self.mean = mean
        guard parts.count >= 2 else {
            interval = nil
            return
        }
        let n = Double(parts.count)
        let centre = parts.reduce(0, +) / n
        let variance = parts.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / (n - 1)
        let half = Self.student(parts.count - 1) * (variance / n).squareRoot()
        interval = (mean - half)...(mean + half)
    }

    /// From consecutive batches of one series. What is left of the correlation of neighbours is allowed for: with lag-one
    /// correlation ρ > 0 the variance of the mean is (1 + ρ)/(1 − ρ) times that of independent batches.
    init(mean: Double, batches: [Double]) {
        let n = batches.count
        let plain = Estimate(mean: mean, parts: batches)
        guard n >= 4, let interval = plain.interval else {
            self = plain
            return
        }
        let centre = batches.reduce(0, +) / Double(n)
        var own = 0.0
        var neighbours = 0.0
        for index in 0..<n {
            let deviation = batches[index] - centre
            own += deviation * deviation
            if index > 0 { neighbours += deviation * (batches[index - 1] - centre) }
        }
        // The estimate of ρ is low by about 1/n.
        let correlation = own > 0 ? min(0.9, max(0, neighbours / own + 1 / Double(n))) : 0
        let half = (interval.upperBound - mean) * ((1 + correlation) / (1 - correlation)).squareRoot()
        self.init(mean: mean, interval: (mean - half)...(mean + half))
    }

    /// The image under x ↦ scale / x, for a positive scale.
    func reciprocal(scale: Double) -> Estimate {
        let turned = interval.map { interval in
            (scale / interval.upperBound)...(interval.lowerBound > 0 ? scale / interval.lowerBound : .infinity)
        }
        return Estimate(mean: scale / mean, interval: turned)
    }

    /// The 97.5 % point of Student's distribution with `degrees` of freedom, 1 or more.
    private static func student(_ degrees: Int) -> Double {
        let table = [
            12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
            2.120, 2.110, 2.101, 2.093, 2.086,
        ]
        if degrees <= table.count { return table[degrees - 1] }
        // Cornish–Fisher around the normal 1.95996.
        return 1.95996 + 2.3723 / Double(degrees) + 2.8225 / Double(degrees * degrees)
    }
}
