import Hummingbird
import Sizing

/// The answer of `POST /v1/size`, field for field.
struct SizeResponse: ResponseEncodable {
    struct Idle: Encodable {
        let attention: Double
        let ffn: Double
        let communication: Double

        init(_ idle: IdleFractions) {
            attention = idle.attention
            ffn = idle.ffn
            communication = idle.communication
        }
    }

    struct Recommendation: Encodable {
        let ratio: Int
        let attentionInstances: Int
        let ffnInstances: Int
        let throughputPerInstance: Double
        let cycle: Double
        let tpot: Double
        let idle: Idle
        let bottleneck: String

        enum CodingKeys: String, CodingKey {
            case ratio
            case attentionInstances = "attention_instances"
            case ffnInstances = "ffn_instances"
            case throughputPerInstance = "throughput_per_instance"
            case cycle = "cycle_us"
            case tpot = "tpot_us"
            case idle, bottleneck
        }
    }

    struct MeanField: Encodable {
        let ratio: Double
        let regime: String
        let ratioAttention: Double
        let ratioCommunication: Double
        let ratioPeak: Double
        let throughputPerInstance: Double
        let cycle: Double
        let idle: Idle

        enum CodingKeys: String, CodingKey {
            case ratio, regime
            case ratioAttention = "ratio_attention"
            case ratioCommunication = "ratio_communication"
            case ratioPeak = "ratio_peak"
            case throughputPerInstance = "throughput_per_instance"
            case cycle = "cycle_us"
            case idle
        }
    }

    struct Workload: Encodable {
        let mean: Double
        let deviation: Double
        let skewness: Double

        enum CodingKeys: String, CodingKey {
            case mean = "slot_load_mean"
            case deviation = "slot_load_stddev"
            case skewness = "slot_load_skewness"
        }
    }

    struct Coefficients: Encodable {
        let attention: SizeRequest.Line
        let ffn: SizeRequest.Line
        let communication: SizeRequest.Communication
    }

    struct Provenance: Encodable {
        let service: String
        let version: String
        let requestHash: String
        let assumptions: [String]

        enum CodingKeys: String, CodingKey {
            case service, version
            case requestHash = "request_hash"
            case assumptions
        }
    }

    let recommendation: Recommendation
    let meanField: MeanField
    let workload: Workload
    let coefficients: Coefficients
    let provenance: Provenance

    enum CodingKeys: String, CodingKey {
        case recommendation
        case meanField = "mean_field"
        case workload, coefficients, provenance
    }
}

extension SizeResponse {
    init(answering request: SizeRequest) throws {
        let problem = try request.problem()
        let hardware = request.hardware
        let answer = problem.solve()
        let best = answer.recommendation
        let ratio = Int(best.ratio)
        recommendation = Recommendation(
            ratio: ratio, attentionInstances: ratio, ffnInstances: 1,
            throughputPerInstance: best.throughputPerInstance, cycle: best.cycle.duration, tpot: best.tpot,
            idle: Idle(best.cycle.idle), bottleneck: best.cycle.bottleneck.rawValue)
        let closed = answer.closedForm
        meanField = MeanField(
            ratio: closed.ratio, regime: closed.regime.rawValue, ratioAttention: closed.attention,
            ratioCommunication: closed.communication, ratioPeak: closed.peak,
            throughputPerInstance: answer.meanField.throughputPerInstance, cycle: answer.meanField.cycle.duration,
            idle: Idle(answer.meanField.cycle.idle))
        let load = problem.workload.slotLoad
        workload = Workload(mean: load.mean, deviation: load.standardDeviation, skewness: load.skewness)
        coefficients = Coefficients(
            attention: hardware.attention, ffn: hardware.ffn, communication: hardware.communication)
        provenance = Provenance(
            service: "afd-sizer", version: "0.1.0", requestHash: request.hash,
            assumptions: [
                "slot loads are stationary", "perfect overlap of stages in lock-step",
                "instance loads are independent and approximately normal",
            ])
    }
}
