import Sizing

/// The body of `POST /v1/size` as far as the comparison needs it: the base case and its variations.
struct SizeRequest: Decodable {
    struct Workload: Decodable {
        let prefill: Double
        let decode: Double
    }

    struct Line: Codable {
        let alpha: Double
        let beta: Double

        enum CodingKeys: String, CodingKey {
            case alpha = "alpha_us"
            case beta = "beta_us"
        }
    }

    struct Communication: Codable {
        let alpha: Double
        let beta: Double
        let load: String?

        enum CodingKeys: String, CodingKey {
            case alpha = "alpha_us"
            case beta = "beta_us"
            case load
        }
    }

    struct Hardware: Decodable {
        let attention: Line
        let ffn: Line
        let communication: Communication
    }

    let workload: Workload
    let hardware: Hardware
    let batchSize: Int
    let microbatches: Int?
    let maximumRatio: Int?

    enum CodingKeys: String, CodingKey {
        case workload, hardware
        case batchSize = "batch_size"
        case microbatches
        case maximumRatio = "max_ratio"
    }

    func problem() throws -> SizingProblem {
        let stages = StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: hardware.attention.alpha, beta: hardware.attention.beta)),
            ffn: LatencyModel(try LatencyLine(alpha: hardware.ffn.alpha, beta: hardware.ffn.beta)),
            communication: LatencyModel(
                try LatencyLine(alpha: hardware.communication.alpha, beta: hardware.communication.beta)),
            communicationLoad: CommunicationLoad(rawValue: hardware.communication.load ?? "") ?? .attentionBatch)
        let requests = Sizing.Workload.Requests.independent(
            prefill: try .fixed(workload.prefill), decode: try .geometric(mean: workload.decode))
        return try SizingProblem(
            workload: try Sizing.Workload(requests), stages: stages, batchSize: batchSize, microbatches: microbatches,
            maximumRatio: maximumRatio ?? SizingProblem.defaultMaximumRatio)
    }

    /// A hash of what was asked (FNV-1a over the numbers), cheaper than the service's hash of the canonical request.
    var hash: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let numbers = [
            workload.prefill, workload.decode, hardware.attention.alpha, hardware.attention.beta, hardware.ffn.alpha,
            hardware.ffn.beta, hardware.communication.alpha, hardware.communication.beta, Double(batchSize),
            Double(microbatches ?? 0), Double(maximumRatio ?? 0),
        ]
        for number in numbers { hash = (hash ^ number.bitPattern) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
