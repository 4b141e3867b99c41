import JSON
import Text

/// The formats that a body publishes: `quantization_config` by the part of the model that it covers, else `torch_dtype`.
struct PublishedFormats {
    let outer: JSONValue
    let root: JSONValue
    /// `hf_quant_config.json`.
    let beside: JSONValue?
    /// Layers of the model, which say what parts it has.
    let layers: [ModelDescription.Layers]

    typealias Result = (precision: PublishedPrecision, warnings: [Warning])

    func read(_ released: PublishedPrecision?) throws(InvalidInput) -> Result {
        let plain = dataType
        guard let config = quantization else {
            if let released { return (released, []) }
            guard let plain else { return (.unknown, nameWarning(.bf16)) }
            return (PublishedPrecision(weights: WeightFormats(all: plain), source: .dataType), nameWarning(plain))
        }
        let quantization = QuantizationConfig(config, plain: plain ?? .bf16, counts: counts)
        guard var weights = quantization.weights else {
            let method = config["quant_method"]?.string ?? config["quant_algo"]?.string ?? "of no name"
            return (
                .unknown,
                [
                    Warning(
                        code: "unknown_quantization",
                        detail: "quantization_config: method \(method.prefix(64)) is not known; bf16 weights are taken")
                ]
            )
        }
        if let experts = root["expert_dtype"]?.string ?? outer["expert_dtype"]?.string, weights.routed.name == "fp8" {
            weights.routed = experts == "fp4" ? .mxfp4 : weights.routed
        }
        return (
            PublishedPrecision(
                weights: present(weights), cache: QuantizationConfig.cache(config), source: .quantizationConfig),
            unread(config) + partial(quantization)
        )
    }

    private func partial(_ quantization: QuantizationConfig) -> [Warning] {
        let parts = quantization.partial
        guard !parts.isEmpty else { return [] }
        return [
            Warning(
                code: "quantization_parts",
                detail: """
                    quantization_config leaves some layers or projections of \(parts.joined(separator: ", ")) as they were: \
                    the format of most is taken for all
                    """)
        ]
    }

    private func unread(_ config: JSONValue) -> [Warning] {
        let keys = QuantizationKeys.unread(config)
        guard !keys.isEmpty else { return [] }
        let names = keys.prefix(16).map { String($0.prefix(64)) }.joined(separator: ", ")
        return [
            Warning(
                code: "quantization_keys",
                detail: "quantization_config: not understood and left out: \(names); formats may differ")
        ]
    }

    /// What a name says of quantization and the body does not.
    private func nameWarning(_ taken: ElementFormat) -> [Warning] {
        guard let name = outer["_name_or_path"]?.string else { return [] }
        let lower = name.lowercased()
        let words = ["nvfp4", "mxfp4", "fp8", "awq", "gptq", "int4", "int8", "w4a16", "w8a8", "w8a16", "4bit", "8bit"]
        guard let word = words.first(where: { lower.contains($0) }) else { return [] }
        return [
            Warning(
                code: "precision_of_name",
                detail: """
                    the model's name says \(word), its body states no quantization: \(taken.name) weights are taken; \
                    send what hf_quant_config.json holds as hf_quant_config
                    """)
        ]
    }

    /// In how many layers each part stands.
    private var counts: ModuleParts.Counts {
        var counts: ModuleParts.Counts = [:]
        for layer in layers {
            if layer.attention != nil { counts[.attention, default: 0] += 1 }
            switch layer.feedForward {
            case .dense: counts[.dense, default: 0] += 1
            case .mixture(let mixture):
                counts[.routed, default: 0] += 1
                if mixture.shared != nil { counts[.shared, default: 0] += 1 }
                if mixture.beside != nil { counts[.dense, default: 0] += 1 }
            case nil: continue
            }
        }
        return counts
    }

    /// Parts that the model does not have take the format of one that it has.
    private func present(_ weights: WeightFormats) -> WeightFormats {
        let counts = counts
        var result = weights
        if counts[.routed] == nil { result.routed = weights.dense }
        if counts[.shared] == nil { result.shared = result.routed }
        if counts[.dense] == nil { result.dense = result.shared }
        return result
    }

    private var quantization: JSONValue? {
        QuantizationConfig.stated(in: root) ?? QuantizationConfig.stated(in: outer)
            ?? beside.flatMap { $0["quantization"] ?? $0 }
    }

    private var dataType: ElementFormat? {
        for object in [root, outer] {
            for value in [object["torch_dtype"], object["dtype"]] {
                switch value?.string {
                case "bfloat16": return .bf16
                case "float16": return .fp16
                case "float32": return .fp32
                default: continue
                }
            }
        }
        return nil
    }
}
