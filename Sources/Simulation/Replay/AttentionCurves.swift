import Sizing

/// t_A of one microbatch of an instance: a curve over its tokens, which may be another one for other numbers of requests.
public struct AttentionCurves: Hashable, Sendable {
    private struct Segment: Hashable, Sendable {
        /// Where the next segment begins, tokens.
        var end: Double
        var start: Double
        var value: Double
        var slope: Double
    }

    /// The one line, where that is all.
    let line: LatencyLine?
    private var segments: [Segment] = []
    /// Where the segments of each curve begin in `segments`, and one more.
    private var firsts: [Int] = [0]
    /// Most requests of each curve but the last, rising.
    private var batches: [Int] = []

    /// The same curve for all.
    public init(_ model: LatencyModel) {
        line = model.line
        append(model)
    }

    /// - Parameters:
    ///   - batch: requests of an instance and microbatch.
    ///   - first: the curve of up to `batch` requests.
    ///   - others: the curves of more, by rising batch; the last one holds beyond its batch too.
    public init(upTo batch: Int, _ first: LatencyModel, _ others: [(batch: Int, model: LatencyModel)]) {
        let isOne = others.allSatisfy { $0.model == first }
        line = isOne ? first.line : nil
        append(first)
        guard !isOne else { return }
        batches = [batch] + others.dropLast().map(\.batch)
        for other in others { append(other.model) }
    }

    private mutating func append(_ model: LatencyModel) {
        for (index, segment) in model.segments.enumerated() {
            let end = index + 1 < model.segments.count ? model.segments[index + 1].start : Double.infinity
            segments.append(Segment(end: end, start: segment.start, value: segment.value, slope: segment.slope))
        }
        firsts.append(segments.count)
    }

    /// t_A at `load` tokens of `requests` requests, microseconds; what it grows by a token; and the load up to which it does.
    func piece(at load: Double, requests: Int) -> (value: Double, slope: Double, end: Double) {
        var curve = 0
        while curve < batches.count, batches[curve] < requests { curve += 1 }
        var low = firsts[curve]
        var high = firsts[curve + 1] - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if segments[middle].start <= load { low = middle } else { high = middle - 1 }
        }
        let segment = segments[low]
        return (segment.value + segment.slope * (load - segment.start), segment.slope, segment.end)
    }
}
