import JSON

/// Which format each part of the model has by a `quantization_config`.
///
/// The methods name modules in lists (what is left as it was, or what has which format) by patterns, layer by layer or for
/// all layers; what counts here is which part of the model a name belongs to.
struct QuantizationConfig {
    private let config: JSONValue
    private let plain: ElementFormat
    private let counts: ModuleParts.Counts

    init(_ config: JSONValue, plain: ElementFormat, counts: ModuleParts.Counts) {
        self.config = config
        self.plain = plain
        self.counts = counts
    }

    /// `nil` where the method is not known.
    var weights: WeightFormats? {
        if let mixed = perModule { return mixed }
        if let groups = config["config_groups"], groups.kind == .object, groups.count > 0 { return grouped(groups) }
        guard let format else { return nil }
        var result = apply(format)
        for (format, parts) in overrides {
            for part in ModuleParts.Part.allCases where parts.covers(part) { result[part] = format }
        }
        return result
    }

    /// The file `hf_quant_config.json`, which modelopt writes beside a config.json, has the same under `quantization`;
    /// so do bodies of MLX, whose method has no name.
    static func stated(in body: JSONValue) -> JSONValue? {
        for key in ["quantization_config", "compression_config", "hf_quant_config", "quantization"] as [StaticString] {
            guard let value = body[key], value.kind == .object, value.count > 0 else { continue }
            if let inner = value["quantization"], inner.kind == .object { return inner }
            return value
        }
        return nil
    }

    /// Parts of which some layers or projections are left as they were, by what the answer calls them.
    var partial: [String] {
        guard perModule == nil else { return [] }
        let excluded = excluded
        let names: [(ModuleParts.Part, String)] = [
            (.attention, "attention"), (.dense, "dense networks"), (.shared, "shared experts"),
            (.routed, "routed experts"),
        ]
        return names.filter { excluded.isPartial($0.0) }.map(\.1)
    }

    /// The format of the KV cache where the checkpoint states one.
    static func cache(_ config: JSONValue) -> ElementFormat? {
        if let name = config["kv_cache_quant_algo"]?.string ?? config["kv_cache_scheme"]?.string {
            return name.uppercased().hasPrefix("FP8") ? .fp8 : nil
        }
        guard let scheme = config["kv_cache_scheme"], scheme["num_bits"]?.integer == 8 else { return nil }
        return scheme["type"]?.string == "int" ? .int8 : .fp8
    }

    // MARK: One format for all

    private var format: ElementFormat? {
        let group = (config["group_size"] ?? config["q_group_size"])?.integer.flatMap { $0 > 0 ? $0 : nil }
        switch (config["quant_method"]?.string ?? config["quant_algo"]?.string ?? "").lowercased() {
        case "fp8", "fbgemm_fp8", "w8a8_fp8": return .fp8
        case "w8a8_int8": return .int8
        case "mxfp4": return .mxfp4
        case "mxfp8": return .mxfp8
        case "nvfp4", "modelopt_fp4": return .nvfp4
        case "awq", "awq_marlin":
            return bits.map { .weightOnly(bits: $0, group: group, hasZeros: config["zero_point"]?.bool ?? true) }
        case "gptq", "gptq_marlin", "auto-round", "intel/auto-round", "inc", "compressed-tensors":
            switch config["data_type"]?.string?.lowercased() ?? "int" {
            case "int":
                return bits.map { .weightOnly(bits: $0, group: group, hasZeros: config["sym"]?.bool == false) }
            case "nv_fp", "nv_fp4": return .nvfp4
            case "mx_fp", "mx_fp4": return bits == 8 ? .mxfp8 : .mxfp4
            case "fp", "fp8": return bits == 8 ? .fp8 : nil
            default: return nil
            }
        case "quark": return Self.quark(config["global_quant_config"])
        case "" where config["bits"] != nil:  // MLX: a scale and a bias of 16 bits for each group.
            return bits.map { .weightOnly(bits: $0, group: group.map { max(1, $0 / 2) }) }
        case "bitsandbytes":
            if config["load_in_4bit"]?.bool == true { return .weightOnly(bits: 4, group: 64) }
            return config["load_in_8bit"]?.bool == true ? .weightOnly(bits: 8, group: nil) : nil
        case "modelopt", "modelopt_fp8", "modelopt_mixed":
            return Self.algorithm(config["quant_algo"]?.string, group: group)
        default: return Self.algorithm(config["quant_algo"]?.string, group: group)
        }
    }

    private var bits: Int? {
        (config["bits"] ?? config["w_bit"])?.integer.flatMap { (2...8).contains($0) ? $0 : nil }
    }

    private static func algorithm(_ name: String?, group: Int?) -> ElementFormat? {
        switch name?.uppercased() {
        case "FP8", "FP8_PER_CHANNEL_PER_TOKEN", "FP8_PB_WO", "FP8_BLOCK": .fp8
        case "NVFP4", "NVFP4_AWQ": .nvfp4
        case "MXFP8": .mxfp8
        case "W4A16_NVFP4", "NVFP4_W4A16": .nvfp4WeightOnly
        case "W4A16_AWQ", "W4A16": .weightOnly(bits: 4, group: group)
        case "W8A16": .weightOnly(bits: 8, group: group)
        case "INT8_SQ", "W8A8_SQ_PER_CHANNEL": .int8
        default: nil
        }
    }

    private var excluded: ModuleParts {
        var parts = ModuleParts(counts)
        for value in [
            config["ignore"], config["modules_to_not_convert"], config["exclude_modules"], config["ignored_layers"],
            config["exclude"], config["llm_int8_skip_modules"],
        ] {
            for name in value?.elements.map({ $0 }) ?? [] { if let name = name.string { parts.add(name) } }
        }
        for (name, value) in exceptions where isUnquantized(name, value) { parts.add(name) }
        return parts
    }

    /// Modules with settings of their own: GPTQModel's `dynamic`, AutoRound's `extra_config`, Quark's `layer_quant_config`.
    private var exceptions: [(name: String, value: JSONValue)] {
        (["dynamic", "extra_config", "layer_quant_config"] as [StaticString]).flatMap { key -> [(String, JSONValue)] in
            guard let object = config[key], object.kind == .object else { return [] }
            return object.members.compactMap { name, value in name.string.map { ($0, value) } }
        }
    }

    private func isUnquantized(_ name: String, _ value: JSONValue) -> Bool {
        name.hasPrefix("-:") || value["bits"]?.integer.map { $0 >= 16 } ?? false
    }

    /// Other formats by module.
    private var overrides: [ElementFormat: ModuleParts] {
        let group = config["group_size"]?.integer
        var formats: [ElementFormat: ModuleParts] = [:]
        for (name, value) in exceptions where !isUnquantized(name, value) {
            let format: ElementFormat? =
                if let bits = value["bits"]?.integer, (2...8).contains(bits) {
                    .weightOnly(
                        bits: bits, group: (value["group_size"]?.integer ?? group).flatMap { $0 > 0 ? $0 : nil })
                } else {
                    Self.quark(value)
                }
            if let format { formats[format, default: ModuleParts(counts)].add(name) }
        }
        return formats
    }

    /// AMD Quark: the type of the weights, and whether activations have one too.
    private static func quark(_ settings: JSONValue?) -> ElementFormat? {
        guard let weight = settings?["weight"], let type = weight["dtype"]?.string?.lowercased() else { return nil }
        let group = weight["group_size"]?.integer.flatMap { $0 > 0 ? $0 : nil }
        let activations = settings?["input_tensors"].map { $0.kind == .object } ?? false
        switch type {
        case "fp8_e4m3", "fp8": return activations ? .fp8 : .fp8WeightOnly
        case "fp4", "mxfp4": return .mxfp4
        case "int8": return activations ? .int8 : .weightOnly(bits: 8, group: group)
        case "int4": return .weightOnly(bits: 4, group: group)
        case "uint4": return .weightOnly(bits: 4, group: group, hasZeros: true)
        default: return nil
        }
    }

    private func apply(_ format: ElementFormat) -> WeightFormats {
        let excluded = excluded
        return WeightFormats(
            attention: excluded.covers(.attention) ? plain : format, dense: excluded.covers(.dense) ? plain : format,
            shared: excluded.covers(.shared) ? plain : format, routed: excluded.covers(.routed) ? plain : format)
    }

    // MARK: Formats by group or module

    /// compressed-tensors and modelopt: each group has targets, `Linear` for all.
    private func grouped(_ groups: JSONValue) -> WeightFormats? {
        var result = WeightFormats(all: plain)
        let excluded = excluded
        for (_, group) in groups.members {
            guard let format = Self.groupFormat(group) else { return nil }
            var parts = ModuleParts(counts)
            var isForAll = group["targets"] == nil
            for target in group["targets"]?.elements.map({ $0 }) ?? [] {
                guard let name = target.string else { continue }
                if name == "Linear" { isForAll = true } else { parts.add(name) }
            }
            for part in ModuleParts.Part.allCases {
                guard isForAll ? !excluded.covers(part) : parts.covers(part) else { continue }
                result[part] = format
            }
        }
        return result
    }

    private static func groupFormat(_ group: JSONValue) -> ElementFormat? {
        guard let weights = group["weights"], let bits = weights["num_bits"]?.integer else { return nil }
        let size = weights["group_size"]?.integer.flatMap { $0 > 0 ? $0 : nil }
        let activations = group["input_activations"].flatMap { $0.kind == .object ? $0 : nil }
        let isFloat = weights["type"]?.string == "float"
        switch (bits, isFloat, activations != nil) {
        case (8, true, true): return .fp8
        case (8, true, false): return .fp8WeightOnly
        case (4, true, true): return size == 32 ? .mxfp4 : .nvfp4
        case (4, true, false): return size == 32 ? .mxfp4 : .nvfp4WeightOnly
        case (8, false, true): return .int8
        case (2...8, false, _):
            return .weightOnly(bits: bits, group: size, hasZeros: weights["symmetric"]?.bool == false)
        default: return nil
        }
    }

    /// modelopt's mixed precision, module by module.
    private var perModule: WeightFormats? {
        guard let modules = config["quantized_layers"], modules.kind == .object, modules.count > 0 else { return nil }
        var formats: [ElementFormat: ModuleParts] = [:]
        for (name, value) in modules.members {
            let group = value["group_size"]?.integer
            guard let name = name.string, let format = Self.algorithm(value["quant_algo"]?.string, group: group) else {
                continue
            }
            formats[format, default: ModuleParts(counts)].add(name)
        }
        // What the lists do not name is as the outer method says (DeepSeek-V4's fp8), or as it was.
        let rest: ElementFormat = config["fmt"] != nil ? .fp8 : plain
        var result = WeightFormats(all: rest)
        for part in ModuleParts.Part.allCases {
            let best = formats.max { ($0.value.count(part), $1.key.name) < ($1.value.count(part), $0.key.name) }
            if let best, best.value.covers(part) { result[part] = best.key }
        }
        return result
    }
}

extension WeightFormats {
    fileprivate subscript(part: ModuleParts.Part) -> ElementFormat {
        get {
            switch part {
            case .attention: attention
            case .dense: dense
            case .shared: shared
            case .routed: routed
            }
        }
        set {
            switch part {
            case .attention: attention = newValue
            case .dense: dense = newValue
            case .shared: shared = newValue
            case .routed: routed = newValue
            }
        }
    }
}
