/// Arrivals in equal windows that the trace covers wholly, few enough to be looked at again and again.
struct ArrivalSeries {
    /// Width of a window, seconds.
    let width: Double
    /// Arrivals per second in each window.
    let rates: [Double]

    private static let maximumWindows = 1024
    private static let leastWindows = 16

    /// `nil` with fewer than 16 whole windows.
    init?(_ arrivals: ArrivalCounts) {
        let (width, _, counts) = arrivals.windows
        // The ends are covered in part only.
        let whole = counts.dropFirst().dropLast()
        guard whole.count >= Self.leastWindows else { return nil }
        let group = (whole.count + Self.maximumWindows - 1) / Self.maximumWindows
        let seconds = Double(width) * Double(group) / 1e6
        self.width = seconds
        rates = (0..<(whole.count / group)).map { index in
            let start = whole.startIndex + index * group
            return whole[start..<(start + group)].reduce(0) { $0 + Double($1) } / seconds
        }
    }
}

/// The least-squares line through values at equal distances.
struct EvenLine {
    /// Change from one value to the next.
    let slope: Double
    /// What the line leaves of each value.
    let residuals: [Double]

    /// - Parameter values: two or more.
    init(_ values: [Double]) {
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let middle = (n - 1) / 2
        var product = 0.0
        for (index, value) in values.enumerated() { product += (Double(index) - middle) * (value - mean) }
        let slope = product / (n * (n * n - 1) / 12)
        self.slope = slope
        residuals = values.enumerated().map { $1 - mean - slope * (Double($0) - middle) }
    }

    /// Standard error of the slope, with residuals that are independent; there must be three or more.
    var slopeError: Double {
        let n = Double(residuals.count)
        let squares = residuals.reduce(0) { $0 + $1 * $1 }
        return (squares / (n - 2) / (n * (n * n - 1) / 12)).squareRoot()
    }
}
