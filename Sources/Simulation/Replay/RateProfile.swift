import Text

/// A rate of arrivals over time: constant in pieces, of which the last one stays or all come again.
public struct RateProfile: Hashable, Sendable {
    /// Seconds from the beginning of a piece to its end, and requests a second in it.
    struct Piece: Hashable, Sendable {
        var duration: Double
        var rate: Double
    }

    let pieces: [Piece]
    let isCyclic: Bool

    private static let rates = 0.0...1e7
    private static let times = 1e-3...1e8

    /// Always the same.
    public init(constant rate: Double) throws(InvalidInput) {
        try InvalidInput.check(rate, in: 1e-6...1e7, field: "requests_per_second")
        pieces = [Piece(duration: .infinity, rate: rate)]
        isCyclic = false
    }

    /// Between `least` and `most` in a sine of so many seconds, the mean first and rising; by 256 steps a period.
    public init(sinusoid least: Double, _ most: Double, period: Double) throws(InvalidInput) {
        try InvalidInput.check(least, in: Self.rates, field: "min_requests_per_second")
        try InvalidInput.check(most, in: 1e-6...1e7, field: "max_requests_per_second")
        try InvalidInput.check(period, in: Self.times, field: "period_s")
        guard least <= most else {
            throw InvalidInput(
                field: "max_requests_per_second", rule: "must not be less than min_requests_per_second")
        }
        let steps = 256
        pieces = (0..<steps).map { step in
            let height = PortableMath.sine(turns: (Double(step) + 0.5) / Double(steps))
            return Piece(duration: period / Double(steps), rate: (least + most) / 2 + (most - least) / 2 * height)
        }
        isCyclic = true
    }

    /// Each rate from its time on.
    ///
    /// - Parameter steps: by rising time, the first at 0 seconds.
    public init(steps: [(time: Double, rate: Double)]) throws(InvalidInput) {
        guard let first = steps.first else { throw InvalidInput(field: "steps", rule: "must not be empty") }
        guard first.time == 0 else { throw InvalidInput(field: "steps.0.t_s", rule: "must be 0") }
        var pieces: [Piece] = []
        for (index, step) in steps.enumerated() {
            try InvalidInput.check(step.rate, in: Self.rates, field: "steps.\(index).requests_per_second")
            try InvalidInput.check(step.time, in: 0...1e8, field: "steps.\(index).t_s")
            let end = index + 1 < steps.count ? steps[index + 1].time : .infinity
            guard end > step.time else {
                throw InvalidInput(field: "steps.\(index + 1).t_s", rule: "must be later than the step before")
            }
            pieces.append(Piece(duration: end - step.time, rate: step.rate))
        }
        guard pieces.contains(where: { $0.rate > 0 }) else {
            throw InvalidInput(field: "steps", rule: "must have a rate that is greater than 0")
        }
        self.pieces = pieces
        isCyclic = false
    }

    /// Requests expected until `time` seconds.
    public func expected(until time: Double) -> Double {
        var left = time
        var sum = 0.0
        if isCyclic {
            let period = pieces.reduce(0) { $0 + $1.duration }
            let whole = (time / period).rounded(.down)
            sum = whole * pieces.reduce(0) { $0 + $1.duration * $1.rate }
            left -= whole * period
        }
        for piece in pieces where left > 0 {
            sum += min(left, piece.duration) * piece.rate
            left -= piece.duration
        }
        return sum
    }
}
