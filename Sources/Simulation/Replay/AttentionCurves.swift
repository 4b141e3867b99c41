import Sizing

/// t_A of one microbatch of an instance: a curve over its tokens, which may be another one for other numbers of requests.
public struct AttentionCurves: Hashable, Sendable {
    /// t_A = `base` + `slope` (T − `start`), microseconds, for T tokens below `end`.
    struct Piece: Hashable, Sendable {
        var start: Double
        var base: Double
        /// Microseconds a token.
        var slope: Double
        /// Where the next piece begins, tokens.
        var end: Double
    }

    private var pieces: [Piece] = []
    /// Where the pieces of each curve begin in `pieces`, and one more.
    private var firsts: [Int] = [0]
    /// Most requests of each curve but the last, rising.
    private var batches: [Int] = []

    /// Whether a piece ends anywhere.
    var haveEnds: Bool { pieces.count > firsts.count - 1 }

    /// The same curve for all.
    public init(_ model: LatencyModel) { append(model) }

    /// - Parameters:
    ///   - batch: requests of an instance and microbatch.
    ///   - first: the curve of up to `batch` requests.
    ///   - others: the curves of more, by rising batch; the last one holds beyond its batch too.
    public init(upTo batch: Int, _ first: LatencyModel, _ others: [(batch: Int, model: LatencyModel)]) {
        append(first)
        guard !others.allSatisfy({ $0.model == first }) else { return }
        batches = [batch] + others.dropLast().map(\.batch)
        for other in others { append(other.model) }
    }

    private mutating func append(_ model: LatencyModel) {
        if let line = model.line {
            pieces.append(Piece(start: 0, base: line.beta, slope: line.alpha, end: .infinity))
        } else {
            for (index, segment) in model.segments.enumerated() {
                let end = index + 1 < model.segments.count ? model.segments[index + 1].start : Double.infinity
                pieces.append(Piece(start: segment.start, base: segment.value, slope: segment.slope, end: end))
            }
        }
        firsts.append(pieces.count)
    }

    /// t_A at `load` tokens of `requests` requests, microseconds, and the piece that it lies on.
    func piece(at load: Double, requests: Int) -> (value: Double, piece: Piece) {
        var (curve, most) = (0, batches.count)
        while curve < most {
            let middle = (curve + most) / 2
            if batches[middle] < requests { curve = middle + 1 } else { most = middle }
        }
        var (low, high) = (firsts[curve], firsts[curve + 1] - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if pieces[middle].start <= load { low = middle } else { high = middle - 1 }
        }
        let piece = pieces[low]
        return (piece.base + piece.slope * (load - piece.start), piece)
    }
}
