/// Which parts of a model a list of module names covers, by the words in the names.
struct ModuleParts {
    enum Part: CaseIterable { case attention, dense, shared, routed }

    /// In how many layers of the model each part stands.
    typealias Counts = [Part: Int]

    private let counts: Counts
    /// Parts that a name covers in all layers.
    private var everywhere: Set<Part> = []
    /// Layers of each part that names with a number cover.
    private var numbered: [Part: Set<Int>] = [:]
    /// Projections of attention that names gave one by one, and whether any gave a whole module.
    private var projections: Set<String> = []
    private var hasWholeAttention = false
    /// What each pattern of names covers.
    private var patterns: [[UInt8]: Covered] = [:]

    init(_ counts: Counts) { self.counts = counts }

    /// Whether the names cover the part: in all layers, or in at least half of those that have it.
    func covers(_ part: Part) -> Bool {
        everywhere.contains(part) || (count(part) > 0 && 2 * count(part) >= counts[part] ?? 0)
    }

    func count(_ part: Part) -> Int { everywhere.contains(part) ? counts[part] ?? 0 : numbered[part]?.count ?? 0 }

    /// Whether the names cover some layers or projections of a part and leave others: then one format cannot be right for
    /// all of it. NVIDIA's DeepSeek-V3 checkpoints leave all projections of attention but the output's.
    func isPartial(_ part: Part) -> Bool {
        let count = count(part)
        guard count > 0 else { return false }
        if count < counts[part] ?? 0 { return true }
        guard part == .attention, !hasWholeAttention else { return false }
        return !projections.contains { $0 == "o_proj" || $0 == "out_proj" }
            || !projections.contains { $0.hasPrefix("q_") || $0.hasPrefix("qkv") || $0.hasPrefix("in_proj") }
    }

    mutating func add(_ name: String) {
        let (pattern, layer) = Self.split(name)
        let covered: Covered
        if let known = patterns[pattern] {
            covered = known
        } else {
            covered = Self.covered(pattern)
            patterns[pattern] = covered
        }
        if covered.parts.contains(.attention) {
            let last = Self.lastComponent(pattern)
            if last.hasSuffix("proj") { projections.insert(last) } else { hasWholeAttention = true }
        }
        for part in covered.parts {
            if let layer { numbered[part, default: []].insert(layer) } else { everywhere.insert(part) }
        }
        // A whole layer that is left as it was is one of the first, which are dense.
        if let layer, covered.isWholeLayer {
            numbered[.dense, default: []].insert(layer)
            numbered[.attention, default: []].insert(layer)
        }
    }

    private struct Covered {
        var parts: [Part] = []
        var isWholeLayer = false
    }

    /// The name with 0 for each run of digits, and the number of the layer. Lists have a name for each expert of each layer:
    /// they differ in digits alone.
    private static func split(_ name: String) -> (pattern: [UInt8], layer: Int?) {
        var pattern: [UInt8] = []
        var layer: Int?
        var number = 0
        var isLayer = false
        var inDigits = false
        for byte in name.utf8 {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                if !inDigits {
                    isLayer = layer == nil && pattern.ends(with: "layers.")
                    number = 0
                    pattern.append(UInt8(ascii: "0"))
                }
                inDigits = true
                number = min(number * 10 + Int(byte - UInt8(ascii: "0")), 1_000_000)
                if isLayer { layer = number }
            } else {
                inDigits = false
                pattern.append(byte)
            }
        }
        return (pattern, layer)
    }

    /// Projections that are a small part of their layer's attention: what the lists say of them alone says nothing of the
    /// layer. Qwen3.5's FP8 checkpoints leave `in_proj_a` and `in_proj_b` as they were, and nothing else of it.
    private static let smallProjections: Set<String> = [
        "k_proj", "v_proj", "kv_a_proj_with_mqa", "kv_b_proj", "wk", "wkv", "in_proj_a", "in_proj_b", "in_proj_ba",
        "b_proj", "f_a_proj", "f_b_proj", "g_a_proj", "g_b_proj", "dt_proj", "x_proj",
    ]

    /// The last word of a dotted name, without what patterns put around it.
    private static func lastComponent(_ name: [UInt8]) -> String {
        let noise = Set("*$\\".utf8)
        let end = name.lastIndex { !noise.contains($0) && $0 != UInt8(ascii: ".") } ?? name.startIndex
        guard end > name.startIndex else { return "" }
        let start = name[..<end].lastIndex { $0 == UInt8(ascii: ".") }.map { $0 + 1 } ?? name.startIndex
        return String(decoding: name[start...end], as: UTF8.self)
    }

    private static func covered(_ name: [UInt8]) -> Covered {
        func has(_ words: StaticString...) -> Bool { words.contains { name.firstIndex(of: $0) != nil } }
        // Draft layers and towers for images and sound are no parts of the language model.
        if has("mtp", "vision", "visual", "audio", "embed", "projector", "lm_head") { return Covered() }
        if has("norm", "indexer", "bias", "conv0d", "A_log", "rotary", "sinks", "router", "shared_expert_gate") {
            return Covered()
        }
        if smallProjections.contains(lastComponent(name)) { return Covered() }
        if has("shared_expert", "share_expert") { return Covered(parts: [.shared]) }
        if has("experts") { return Covered(parts: [.routed]) }
        if has("attn", "attention", "q_proj", "qkv", "o_proj", "kv_a_proj", "in_proj") {
            return Covered(parts: [.attention])
        }
        if has("gate_proj", "up_proj", "down_proj", "(gate|up") { return Covered(parts: [.dense]) }
        // The router, but not a network's gate projection.
        if name.ends(with: "gate") || name.ends(with: "gate.*") || name.ends(with: "gate*") { return Covered() }
        if has("mlp", "ffn", "feed_forward") { return Covered(parts: [.dense]) }
        if let start = name.firstIndex(of: "layers.0") {
            let rest = name[(start + 8)...]
            return Covered(isWholeLayer: rest.allSatisfy { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: ".") })
        }
        return Covered()
    }
}

extension [UInt8] {
    /// Where `word` stands first.
    fileprivate func firstIndex(of word: StaticString) -> Int? {
        let length = word.utf8CodeUnitCount
        guard length <= count else { return nil }
        return (0...(count - length)).first { matches(word, at: $0) }
    }

    fileprivate func ends(with word: StaticString) -> Bool {
        count >= word.utf8CodeUnitCount && matches(word, at: count - word.utf8CodeUnitCount)
    }

    private func matches(_ word: StaticString, at start: Int) -> Bool {
        (0..<word.utf8CodeUnitCount).allSatisfy { self[start + $0] == word.utf8Start[$0] }
    }
}
