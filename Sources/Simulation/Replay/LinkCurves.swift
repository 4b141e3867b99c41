import Sizing

/// t_C of one microbatch of a bundle: a curve over the link's load, which may be another one for other numbers of requests on an
/// Attention instance, because a device of that instance sends its own share whatever the whole bundle does.
public struct LinkCurves: Hashable, Sendable {
    /// Most requests of an instance that each curve is for, rising; the last one holds beyond.
    private let batches: [Double]
    private let models: [LatencyModel]

    /// The same curve for all.
    public init(_ model: LatencyModel) {
        batches = []
        models = [model]
    }

    /// - Parameter curves: of up to `batch` requests an instance, by rising batch; one or more.
    public init(_ curves: [(batch: Int, model: LatencyModel)]) {
        let isOne = curves.allSatisfy { $0.model == curves[0].model }
        batches = isOne ? [] : curves.dropLast().map { Double($0.batch) }
        models = isOne ? [curves[0].model] : curves.map(\.model)
    }

    /// t_C there and back, microseconds.
    ///
    /// - Parameters:
    ///   - load: of the link, requests.
    ///   - requests: of an Attention instance, in the mean.
    func latency(at load: Double, requests: Double) -> Double {
        var (low, high) = (0, batches.count)
        while low < high {
            let middle = (low + high) / 2
            if batches[middle] < requests { low = middle + 1 } else { high = middle }
        }
        return models[low].latency(at: load)
    }
}
