import Glibc

/// The states between which ln π is within reach of its largest.
struct OccupancyWindow {
    /// k, cut to 0…S; a state more on both sides.
    let low: Double
    let high: Double

    /// A piece of the curve on which ψ has one sign: ln π is monotone there.
    private struct Piece {
        var from: Double
        var to: Double
        var intercept: Double
        var slope: Double
        /// ln π at both ends.
        var start: Double
        var end: Double

        /// ∫ ln(λE[D] TPOT/k) dk from `from` to `k`: ln TPOT by Simpson's rule, ln k outright.
        func rise(to k: Double, logWork: Double) -> Double {
            func pace(_ k: Double) -> Double { intercept + slope * k }
            func logarithm(_ k: Double) -> Double { k > 0 ? k * log(k) - k : 0 }
            let mean = (log(pace(from)) + 4 * log(pace((from + k) / 2)) + log(pace(k))) / 6
            return (logWork + mean) * (k - from) - (logarithm(k) - logarithm(from))
        }
    }

    /// - Parameters:
    ///   - work: λE[D], tokens a microsecond.
    ///   - z: requests from one state to the next.
    init(_ curve: PaceCurve, work: Double, spacing z: Double, reach: Double) {
        let knots = curve.knots
        let logWork = log(work)
        var pieces: [Piece] = []
        pieces.reserveCapacity(2 * knots.count)
        func add(from a: Double, to b: Double, _ pace: Double, _ slope: Double) {
            guard b > a else { return }
            let intercept = pace - slope * a
            // ψ = 0 where k = λE[D](A + Bk); pieces double at the most, for Simpson's rule.
            let root = work * slope != 1 ? work * intercept / (1 - work * slope) : b
            var from = a
            while from < b {
                var to = from > 0 ? min(b, 2 * from) : b
                if from < root, root < to { to = root }
                var piece = Piece(
                    from: from, to: to, intercept: intercept, slope: slope, start: pieces.last?.end ?? 0, end: 0)
                piece.end = piece.start + piece.rise(to: to, logWork: logWork) / z
                pieces.append(piece)
                from = to
            }
        }
        add(from: 0, to: knots[0].requests, knots[0].pace, 0)
        for (one, next) in zip(knots, knots.dropFirst()) {
            add(
                from: one.requests, to: next.requests, one.pace,
                (next.pace - one.pace) / (next.requests - one.requests))
        }
        let level = pieces.reduce(0) { max($0, $1.end) } - reach
        /// Where ln π passes the level in a piece that has it on one side.
        func crossing(_ piece: Piece, rising: Bool) -> Double {
            var (low, high) = (piece.from, piece.to)
            for _ in 0..<10 {
                let middle = (low + high) / 2
                let isAbove = piece.start + piece.rise(to: middle, logWork: logWork) / z >= level
                if isAbove == rising { high = middle } else { low = middle }
            }
            return rising ? low : high
        }
        var least = 0.0
        if let first = pieces.first, first.start < level, let piece = pieces.first(where: { $0.end >= level }) {
            least = crossing(piece, rising: true)
        }
        var most = curve.slots
        if let last = pieces.last, last.end < level, let piece = pieces.last(where: { $0.start >= level }) {
            most = crossing(piece, rising: false)
        }
        low = max(0, least - z - 1)
        high = min(curve.slots, most + z + 1)
    }
}
