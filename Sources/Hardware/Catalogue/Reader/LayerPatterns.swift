import Text

// Which layers slide, and which hold a mixture: every family has keys of its own for the same two lists.

/// How a layer attends by its entry in `layer_types`.
enum LayerType: Hashable {
    case full, sliding, chunked, linear
}

extension ConfigurationBody {
    /// `layer_types`, where the body has it.
    func layerTypes(layers: Int) throws(InvalidInput) -> [LayerType]? {
        guard let names = try perLayer("layer_types", try texts("layer_types"), layers: layers) else { return nil }
        var list: [LayerType] = []
        for (index, name) in names.enumerated() {
            switch name {
            case "full_attention", "attention", "global", "global_attention": list.append(.full)
            case "sliding_attention", "local", "sliding_window": list.append(.sliding)
            case "chunked_attention": list.append(.chunked)
            case "linear_attention": list.append(.linear)
            default:
                throw InvalidInput(
                    field: path + "layer_types.\(index)",
                    rule:
                        "is \"\(String(decoding: name.utf8.prefix(64), as: UTF8.self))\", a kind of attention that is not modelled for this family"
                )
            }
        }
        return list
    }

    /// The span of each layer from `layer_types`, or from the family's `pattern`, which says of a layer whether it slides.
    ///
    /// A window without either is refused: reading it as sliding everywhere or nowhere would be a guess.
    func spans(
        layers: Int, windowIsOn: Bool = true, slides pattern: ((Int) -> Bool)? = nil
    ) throws(InvalidInput) -> [AttentionSpan] {
        let full = Array(repeating: AttentionSpan.full, count: layers)
        if let types = try layerTypes(layers: layers) {
            ignore("sliding_window_pattern", "max_window_layers", "use_sliding_window")
            var list: [AttentionSpan] = []
            for type in types {
                switch type {
                case .full: list.append(.full)
                case .sliding: list.append(.window(tokens: try positive("sliding_window")))
                case .chunked: list.append(.chunk(tokens: try positive("attention_chunk_size")))
                case .linear:
                    throw fault("layer_types", "has linear_attention, which is not modelled for this family")
                }
            }
            ignore("sliding_window")
            return list
        }
        let tokens = try integer("sliding_window") ?? 0
        guard try flag("use_sliding_window") ?? windowIsOn, tokens > 0 else {
            // Without a window there is nothing to say of which layers slide.
            ignore("sliding_window_pattern", "_sliding_window_pattern", "max_window_layers")
            return full
        }
        guard let pattern else {
            throw fault("sliding_window", "is given without a known rule of which layers slide")
        }
        return (0..<layers).map { pattern($0) ? .window(tokens: tokens) : .full }
    }

    private func positive(_ name: StaticString) throws(InvalidInput) -> Int {
        let number = try required(name)
        guard number > 0 else { throw fault(name, "must be a whole number from 1") }
        return number
    }

    /// `sliding_window_pattern` of n: every nth layer is full; or a string of L (local) and G (global) that repeats.
    func slidingPattern(otherwise every: Int?) throws(InvalidInput) -> ((Int) -> Bool)? {
        if let text = given("sliding_window_pattern")?.string {
            let letters = Array(text.utf8)
            guard !letters.isEmpty, letters.allSatisfy({ $0 == UInt8(ascii: "L") || $0 == UInt8(ascii: "G") }) else {
                throw fault("sliding_window_pattern", "must be a number, or letters L and G")
            }
            return { letters[$0 % letters.count] == UInt8(ascii: "L") }
        }
        guard let every = try integer("sliding_window_pattern", "_sliding_window_pattern") ?? every, every > 0 else {
            return nil
        }
        return { ($0 + 1) % every != 0 }
    }

    /// Which layers hold a mixture. Bodies may say it in several ways at once; they must agree.
    func sparseLayers(_ layers: Int, otherwise: [Bool]? = nil) throws(InvalidInput) -> [Bool] {
        var found: (name: StaticString, list: [Bool])?
        func add(_ name: StaticString, _ list: [Bool]?) throws(InvalidInput) {
            guard let list else { return }
            if let found, found.list != list {
                throw fault(name, "says of other layers that they hold experts than \(found.name)")
            }
            found = (name, list)
        }
        try add("mlp_layer_types", try layerKinds(layers))
        try add("moe_layers_enum", try listed("moe_layers_enum", layers))
        try add("moe_layers", try listed("moe_layers", layers))
        if let flags = given("moe_layer_freq"), flags.kind == .array {
            let list = try perLayer("moe_layer_freq", try integers("moe_layer_freq"), layers: layers)
            try add("moe_layer_freq", list.map { $0.map { $0 != 0 } })
        }
        try add("is_moe_layer", try flags("is_moe_layer", layers))
        try add("first_k_dense_replace", try fromFirst(layers))
        try add("decoder_sparse_step", try everyStep(layers))
        try add("moe_layer_start_index", try interval(layers))
        return found?.list ?? otherwise ?? Array(repeating: true, count: layers)
    }

    private func layerKinds(_ layers: Int) throws(InvalidInput) -> [Bool]? {
        let names = try perLayer("mlp_layer_types", try texts("mlp_layer_types"), layers: layers)
        guard let names else { return nil }
        var list: [Bool] = []
        for (index, name) in names.enumerated() {
            switch name {
            case "sparse", "moe", "hash_moe": list.append(true)
            case "dense": list.append(false)
            default:
                throw InvalidInput(
                    field: path + "mlp_layer_types.\(index)", rule: "must be dense, sparse, moe or hash_moe")
            }
        }
        return list
    }

    /// True for each layer that holds a mixture (K-EXAONE).
    private func flags(_ name: StaticString, _ layers: Int) throws(InvalidInput) -> [Bool]? {
        guard let value = given(name) else { return nil }
        var list: [Bool] = []
        for element in value.elements {
            guard let flag = element.bool else { throw fault(name, "must be a list of true and false") }
            list.append(flag)
        }
        return try perLayer(name, list, layers: layers)
    }

    /// Numbers of layers, as a list or as text with commas.
    private func listed(_ name: StaticString, _ layers: Int) throws(InvalidInput) -> [Bool]? {
        guard let value = given(name) else { return nil }
        var indices: Set<Int> = []
        if let text = value.string {
            for part in text.split(separator: ",") {
                guard let index = Int(part.filter { $0 != " " }) else {
                    throw fault(name, "must be numbers of layers with commas between them")
                }
                indices.insert(index)
            }
        } else {
            indices = Set(try integers(name) ?? [])
        }
        return (0..<layers).map { indices.contains($0) }
    }

    /// The first k are dense, then every nth holds a mixture (DeepSeek); `num_dense_layers` is the same without n.
    private func fromFirst(_ layers: Int) throws(InvalidInput) -> [Bool]? {
        let first = try integer("first_k_dense_replace", "num_dense_layers")
        let every = given("moe_layer_freq")?.kind == .number ? try integer("moe_layer_freq") : nil
        let step = max(1, every ?? 1)
        guard first != nil || step > 1 else { return nil }
        return (0..<layers).map { $0 >= first ?? 0 && $0 % step == 0 }
    }

    /// Every nth layer, but for those listed (Qwen, Llama 4).
    private func everyStep(_ layers: Int) throws(InvalidInput) -> [Bool]? {
        let step = try integer("decoder_sparse_step", "interleave_moe_layer_step")
        let dense = try integers("mlp_only_layers")
        guard step != nil || dense?.isEmpty == false else { return nil }
        let set = Set(dense ?? [])
        let every = step ?? 1
        guard every > 0 else { return Array(repeating: false, count: layers) }
        return (0..<layers).map { ($0 + 1) % every == 0 && !set.contains($0) }
    }

    /// From one layer to another, every nth (ERNIE).
    private func interval(_ layers: Int) throws(InvalidInput) -> [Bool]? {
        let start = try bound("moe_layer_start_index")
        let end = try bound("moe_layer_end_index")
        let step = try integer("moe_layer_interval")
        guard start != nil || step != nil else { return nil }
        let last = end.map { $0 < 0 ? layers - 1 : $0 } ?? layers - 1
        let every = max(1, step ?? 1)
        return (0..<layers).map { $0 >= start ?? 0 && $0 <= last && ($0 + 1) % every == 0 }
    }

    /// A number, −1 included, or a list of one for text and one for images, of which the first counts.
    private func bound(_ name: StaticString) throws(InvalidInput) -> Int? {
        guard let value = given(name) else { return nil }
        if value.kind == .array { return try integers(name)?.first }
        guard let number = value.integer, -1...1_000_000 ~= number else {
            throw fault(name, "must be a whole number from -1")
        }
        return number
    }

    /// Dense networks and mixtures, layer by layer.
    func feedForwards(
        layers: Int, mixture: FeedForward.Mixture?, dense: () throws(InvalidInput) -> FeedForward,
        sparse otherwise: [Bool]? = nil
    ) throws(InvalidInput) -> [FeedForward] {
        guard let mixture else { return Array(repeating: try dense(), count: layers) }
        let sparse = try sparseLayers(layers, otherwise: otherwise)
        guard sparse.contains(false) else { return Array(repeating: .mixture(mixture), count: layers) }
        let dense = try dense()
        return sparse.map { $0 ? .mixture(mixture) : dense }
    }
}
