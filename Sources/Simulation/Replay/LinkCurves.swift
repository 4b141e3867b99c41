import Sizing

/// What a microbatch of a bundle takes on the link. It may follow another curve for other numbers of requests on an Attention
/// instance, because a device of that instance sends its own share, whatever the whole bundle does.
public struct LinkCurves: Hashable, Sendable {
    /// Most requests of an instance that each of `stages` is for, rising; the last one holds beyond.
    private let batches: [Double]
    private let stages: [StageLatencies]

    /// The same curve for all.
    public init(_ stages: StageLatencies) {
        batches = []
        self.stages = [stages]
    }

    /// - Parameter curves: of up to `batch` requests an instance, by rising batch; one or more.
    public init(_ curves: [(batch: Int, stages: StageLatencies)]) {
        let isOne = curves.allSatisfy { $0.stages.communication == curves[0].stages.communication }
        batches = isOne ? [] : curves.dropLast().map { Double($0.batch) }
        stages = isOne ? [curves[0].stages] : curves.map(\.stages)
    }

    private func place(_ requests: Double) -> Int {
        var (low, high) = (0, batches.count)
        while low < high {
            let middle = (low + high) / 2
            if batches[middle] < requests { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// t_C there and back, microseconds.
    ///
    /// - Parameters:
    ///   - ratio: Attention instances for each FFN instance.
    ///   - requests: of an Attention instance, in the mean.
    func time(ratio: Double, requests: Double) -> Double {
        stages[place(requests)].communicationTime(ratio: ratio, requests: requests)
    }

    /// How long each direction is busy, microseconds.
    ///
    /// - Parameters:
    ///   - ratio: Attention instances for each FFN instance.
    ///   - requests: of an Attention instance, in the mean.
    func directions(ratio: Double, requests: Double) -> (out: Double, back: Double) {
        stages[place(requests)].linkTimes(ratio: ratio, requests: requests)
    }
}
