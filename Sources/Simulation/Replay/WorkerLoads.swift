/// What the workers of a bundle hold, and the pieces of their curves that they are on; four workers at a time.
///
/// A worker stays on its piece while nobody comes or goes and its load does not reach the end of the piece, so that an event looks up
/// those only that it changed.
struct WorkerLoads {
    private struct Four {
        /// Requests, and T, tokens: whole numbers.
        var counts = SIMD4<Double>.zero
        var loads = SIMD4<Double>.zero
        /// t_A = base + slope (T − start) for T below end; −∞ without requests.
        var starts = SIMD4<Double>.zero
        var bases = SIMD4<Double>(repeating: -.infinity)
        var slopes = SIMD4<Double>.zero
        var ends = SIMD4<Double>(repeating: .infinity)

        @inline(__always)
        mutating func add(requests: Double, tokens: Double, to lane: Int) {
            counts[lane] += requests
            loads[lane] += tokens
            // To be looked up.
            ends[lane] = -.infinity
        }

        @inline(__always)
        mutating func set(_ piece: AttentionCurves.Piece, of lane: Int) {
            starts[lane] = piece.start
            bases[lane] = piece.base
            slopes[lane] = piece.slope
            ends[lane] = piece.end
        }
    }

    private let curves: AttentionCurves
    private var fours: [Four] = []
    private(set) var count = 0

    init(_ curves: AttentionCurves) { self.curves = curves }

    /// Adds `count` workers without requests.
    mutating func append(_ count: Int) {
        self.count += count
        while 4 * fours.count < self.count { fours.append(Four()) }
    }

    func requests(of worker: Int) -> Int { Int(fours[worker >> 2].counts[worker & 3]) }

    func tokens(of worker: Int) -> Double { fours[worker >> 2].loads[worker & 3] }

    /// The first of those with the fewest requests.
    func least() -> Int {
        let whole = count >> 2
        var least = SIMD4<Double>(repeating: .infinity)
        for index in 0..<whole { least.lower(to: fours[index].counts) }
        var fewest = least.least
        for worker in (4 * whole)..<count { fewest = min(fewest, fours[whole].counts[worker & 3]) }
        for index in 0..<whole {
            let counts = fours[index].counts
            for lane in 0..<4 where counts[lane] == fewest { return 4 * index + lane }
        }
        for worker in (4 * whole)..<count where fours[whole].counts[worker & 3] == fewest { return worker }
        return 0
    }

    /// Adds requests, and tokens, which may be negative, to `worker`.
    @inline(__always)
    mutating func add(requests: Double, tokens: Double, to worker: Int) {
        fours[worker >> 2].add(requests: requests, tokens: tokens, to: worker & 3)
    }

    /// Each request grows by a token a step.
    @inline(__always)
    mutating func advance(_ steps: Double) {
        var fours = fours.mutableSpan
        for index in fours.indices { fours[index].loads += fours[index].counts * steps }
    }

    /// Looks up the pieces of those that are not on them any more.
    ///
    /// - Returns: steps until the next one reaches the end of its piece, 1 or more.
    mutating func renew() -> Double {
        var steps = SIMD4<Double>(repeating: .infinity)
        for index in fours.indices {
            var left = fours[index].ends - fours[index].loads
            if left.least <= 0 {
                for lane in 0..<4 where left[lane] <= 0 { lookUp(index, lane) }
                left = fours[index].ends - fours[index].loads
            }
            if curves.haveEnds { steps.lower(to: left / fours[index].counts) }
        }
        return steps.least.rounded(.up)
    }

    private mutating func lookUp(_ index: Int, _ lane: Int) {
        let requests = fours[index].counts[lane]
        var piece = AttentionCurves.Piece(start: 0, base: -.infinity, slope: 0, end: .infinity)
        if requests > 0 {
            piece = curves.piece(at: fours[index].loads[lane], requests: Int(requests)).piece
        }
        fours[index].set(piece, of: lane)
    }

    /// t_A of `worker` at the next step, and what it grows by a step. After ``renew()``.
    @inline(__always)
    func line(of worker: Int) -> (value: Double, slope: Double) {
        let (four, lane) = (fours[worker >> 2], worker & 3)
        return (
            four.bases[lane] + four.slopes[lane] * (four.loads[lane] - four.starts[lane]),
            four.slopes[lane] * four.counts[lane]
        )
    }

    /// Makes each worker's t_A a line. After ``renew()``.
    ///
    /// - Returns: the sums of the lines.
    mutating func setLines(_ lines: inout StretchLines) -> (value: Double, slope: Double) {
        lines.makeRoom(count: count)
        var (values, slopes) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
        for index in fours.indices {
            let four = fours[index]
            let value = four.bases + four.slopes * (four.loads - four.starts)
            let slope = four.slopes * four.counts
            lines.set(vector: index, values: value, slopes: slope)
            values += value.replacing(with: 0, where: four.counts .== 0)
            slopes += slope
        }
        return (values.sum(), slopes.sum())
    }
}
