import Hardware
import JSON
import Sizing
import Text

/// A prefill instance as it was described.
public struct CheckedPrefill: Hashable, Sendable {
    public let time: PrefillTime
    /// Device id, or nil where only coefficients are known.
    public let device: String?
    /// Devices of one instance.
    public let devices: Int
    /// Watts of one instance; nil where unknown.
    public let power: Double?
}

/// `prefill`: coefficients, or devices on which the model of `hardware` is prefilled.
enum PrefillSchema {
    private static let fields: [StaticString] = [
        "device", "tensor_parallel", "efficiencies", "alpha_us", "beta_us", "gamma_us", "cached_fraction",
        "chunk_tokens",
    ]

    /// Instances to choose from; more than one where devices or degrees are lists.
    ///
    /// - Parameters:
    ///   - model: the model of `hardware` with its formats; nil where that gives coefficients.
    ///   - lists: whether several may be given.
    static func decode(
        _ value: JSONValue, model: (description: ModelDescription, precision: Precision)?, lists: Bool,
        _ errors: inout ValidationErrors
    ) -> [CheckedPrefill]? {
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let before = errors.total
        let cached = object.optional("cached_fraction")?.number(in: 0...1, &errors) ?? 0
        let chunk = object.optional("chunk_tokens")?.integer(in: 1...1_000_000_000, &errors)
        if object.optional("device") == nil {
            for name in ["tensor_parallel", "efficiencies"] as [StaticString] {
                if let given = object.optional(name) { errors.add(given, "needs device") }
            }
            return coefficients(object, cached, chunk, &errors).map {
                [CheckedPrefill(time: $0, device: nil, devices: 1, power: nil)]
            }
        }
        for name in ["alpha_us", "beta_us", "gamma_us"] as [StaticString] {
            if let given = object.optional(name) { errors.add(given, "must not be given together with device") }
        }
        guard let model else {
            errors.add(
                value["device"] ?? value,
                "needs hardware by name, whose model is prefilled; with coefficients give alpha_us, beta_us and gamma_us"
            )
            return nil
        }
        let instances = HardwareDescriptionSchema.prefillInstances(object, lists: lists, &errors)
        guard errors.total == before else { return nil }
        return derived(instances, model, cached, chunk, value, &errors)
    }

    private static func coefficients(
        _ object: ObjectReader, _ cached: Double, _ chunk: Int?, _ errors: inout ValidationErrors
    ) -> PrefillTime? {
        let range = 0...SizingLimits.maximumCoefficient
        let alpha = object.required("alpha_us", &errors)?.number(in: range, &errors)
        let beta = object.required("beta_us", &errors)?.number(in: range, &errors)
        var gamma: Double? = 0
        if let given = object.optional("gamma_us") { gamma = given.number(in: range, &errors) }
        guard let alpha, let beta, let gamma else { return nil }
        return errors.checked(
            object.value,
            try PrefillTime(
                perToken: alpha, perPass: beta, perPair: gamma, cachedFraction: cached, chunkTokens: chunk))
    }

    /// Those that can be; the errors of all where none can.
    private static func derived(
        _ instances: [PrefillInstance], _ model: (description: ModelDescription, precision: Precision),
        _ cached: Double, _ chunk: Int?, _ value: JSONValue, _ errors: inout ValidationErrors
    ) -> [CheckedPrefill]? {
        var made: [CheckedPrefill] = []
        var refused: [InvalidInput] = []
        for instance in instances {
            let derivation = PrefillDerivation(
                model: model.description, precision: model.precision, instance: instance)
            do throws(InvalidInput) {
                try derivation.check()
                made.append(
                    CheckedPrefill(
                        time: try derivation.time(cachedFraction: cached, chunkTokens: chunk),
                        device: instance.device.id, devices: instance.tensorParallel, power: instance.power))
            } catch {
                if !refused.contains(error) { refused.append(error) }
            }
        }
        if made.isEmpty { for error in refused { errors.add(value, error) } }
        return made.isEmpty ? nil : made
    }
}

/// `transfer`: the link between the prefill and the Attention pool.
enum TransferSchema {
    private static let fields: [StaticString] = [
        "bandwidth_gb_s", "latency_us", "overlap", "compression", "kv_bytes_per_token", "layers",
    ]

    /// - Parameter model: as for ``PrefillSchema``: its cache is moved where `kv_bytes_per_token` is not given.
    static func decode(
        _ value: JSONValue, model: (description: ModelDescription, precision: Precision)?,
        _ errors: inout ValidationErrors
    ) -> CacheTransfer? {
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let before = errors.total
        let bandwidth = object.required("bandwidth_gb_s", &errors)?.number(in: 0.001...1e9, &errors)
        let latency = object.optional("latency_us")?.number(in: 0...1e9, &errors) ?? 0
        let overlap =
            object.optional("overlap")?.choice(of: CacheTransfer.Overlap.self, &errors) ?? CacheTransfer.Overlap.none
        let codec = object.optional("compression").flatMap { Self.codec($0, &errors) }
        let given = object.optional("kv_bytes_per_token")?.number(in: 1e-3...1e12, &errors)
        let layers = object.optional("layers")?.integer(in: 1...10_000, &errors) ?? model?.description.layerCount
        if model == nil, object.optional("kv_bytes_per_token") == nil {
            errors.add(
                value, "must have the field \"kv_bytes_per_token\": hardware names no model whose cache is moved")
        }
        if overlap == .layerwise, layers == nil {
            errors.add(value, "must have the field \"layers\": hardware names no model whose layers are sent")
        }
        guard let bandwidth, errors.total == before else { return nil }
        return errors.checked(
            value,
            try CacheTransfer(
                bandwidth: bandwidth, latency: latency, overlap: overlap, codec: codec,
                bytes: try bytes(given, model), layers: layers ?? 1))
    }

    private static func bytes(
        _ given: Double?, _ model: (description: ModelDescription, precision: Precision)?
    ) throws(InvalidInput) -> CacheBytes {
        if given == nil, let model { return try model.description.cacheBytes(format: model.precision.cache) }
        return try CacheBytes(parts: [.init(perToken: given ?? 0)])
    }

    private static func codec(_ value: JSONValue, _ errors: inout ValidationErrors) -> CacheTransfer.Codec? {
        guard let object = ObjectReader(value, fields: ["ratio", "encode_gb_s", "decode_gb_s"], &errors) else {
            return nil
        }
        let ratio = object.required("ratio", &errors)?.number(in: 1...100, &errors)
        let encode = object.required("encode_gb_s", &errors)?.number(in: 0.001...1e9, &errors)
        let decode = object.required("decode_gb_s", &errors)?.number(in: 0.001...1e9, &errors)
        guard let ratio, let encode, let decode else { return nil }
        return errors.checked(value, try CacheTransfer.Codec(ratio: ratio, encode: encode, decode: decode))
    }
}
