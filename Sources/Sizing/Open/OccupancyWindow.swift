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

        /// ∫ ln(λE[D] TPOT/k) dk from `from` to `k`: outright, but by Simpson's rule for ln TPOT where TPOT hardly changes, because
        /// the difference of antiderivatives would cancel there.
        func rise(to k: Double, logWork: Double) -> Double {
            func antiderivative(_ u: Double) -> Double { u > 0 ? u * log(u) - u : 0 }
            let (first, last) = (intercept + slope * from, intercept + slope * k)
            let paces: Double
            if abs(last - first) > 0.01 * first {
                paces = (antiderivative(last) - antiderivative(first)) / slope
            } else {
                paces = (log(first) + 4 * log((first + last) / 2) + log(last)) / 6 * (k - from)
            }
            return paces + logWork * (k - from) - (antiderivative(k) - antiderivative(from))
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
            // ψ = 0 where k = λE[D](A + Bk).
            let root = work * slope != 1 ? work * intercept / (1 - work * slope) : b
            var from = a
            while from < b {
                let to = from < root && root < b ? root : b
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
