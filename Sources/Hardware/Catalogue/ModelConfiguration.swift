import JSON
import Text

/// Reads the body of a Hugging Face `config.json`.
///
/// A family (`Families/`) makes the layers from the keys of its own modelling code. A key that nobody read and that is not
/// known to be harmless is refused by name where the family is unknown, or where its name says that it may decide sizes or
/// layers; otherwise it is told in a warning.
struct ModelConfiguration {
    /// The body, and the language model's part of it where the model has others too.
    private let outer: JSONValue
    private let root: JSONValue
    private let path: String
    /// `hf_quant_config.json`, which stands beside some bodies and says what they do not.
    private let quantization: JSONValue?

    init(_ body: JSONValue, quantization: JSONValue? = nil) {
        outer = body
        self.quantization = quantization
        for (name, key) in [
            ("text_config", body["text_config"]), ("language_config", body["language_config"]),
            ("llm_config", body["llm_config"]),
        ] {
            if let key, key.kind == .object {
                root = key
                path = name + "."
                return
            }
        }
        root = body
        path = ""
    }

    /// The described model.
    ///
    /// - Parameters:
    ///   - id: lower-case public name.
    ///   - name: the name as published.
    ///   - released: the formats of the released checkpoint, where the body says none.
    ///   - unverified: what of the body could not be checked.
    /// - Throws: `InvalidInput` naming the field that is missing, of the wrong kind, out of range or not understood.
    func model(
        id: String, name: String, released: PublishedPrecision? = nil, unverified: String? = nil
    ) throws(InvalidInput) -> ModelDescription {
        let body = ConfigurationBody(root, path: path)
        let family = family
        if family != nil { try RequiredKeys.check(body, type: type(of: family)) }
        let architecture = if let family { try family.read(body) } else { try GenericFamily.read(body) }
        let hidden = try body.hiddenSize()
        if let unverified { body.warn("unverified", "not verified of \(id): \(unverified)") }
        let stated = try body.integer("vocab_size", "padded_vocab_size")
        guard stated != 0 else { throw body.fault("vocab_size", "must be a whole number from 1") }
        let vocabulary = stated ?? architecture.vocabulary
        let ties = try tiesEmbeddings(body)
        try checkUnread(body, family: family)
        if family == nil { try RequiredKeys.check(body, type: "") }
        let published = try PublishedFormats(
            outer: outer, root: root, beside: quantization, layers: architecture.layers
        ).read(released)
        return try ModelDescription(
            id: id, name: name, family: family?.name ?? "custom", hidden: hidden, vocabulary: vocabulary,
            tiesEmbeddings: ties ?? architecture.tiesEmbeddings, layers: architecture.layers,
            otherParameters: architecture.otherParameters, lookupParameters: architecture.lookupParameters,
            published: published.precision, warnings: body.warnings + published.warnings)
    }

    private var types: [String] {
        [root["model_type"]?.string, outer["model_type"]?.string].compactMap { $0 }
    }

    /// The word that says whose defaults a missing key would have; empty where it is of no known family, though the
    /// architecture may be of one.
    private func type(of family: Family?) -> String {
        guard let family else { return "" }
        return types.first(where: family.types.contains) ?? (types.isEmpty ? family.name : "")
    }

    private var family: Family? {
        let architectures = [root, outer].compactMap {
            $0["architectures"]?.elements.first { $0.string != nil }?.string
        }
        for type in types { if let family = Family.named(type: type, architecture: nil) { return family } }
        for name in architectures { if let family = Family.named(type: nil, architecture: name) { return family } }
        return nil
    }

    /// The language model's own word counts, then that of the whole.
    private func tiesEmbeddings(_ body: ConfigurationBody) throws(InvalidInput) -> Bool? {
        for (object, prefix) in [(root, path), (outer, "")] {
            guard let value = object["tie_word_embeddings"], !value.isNull else { continue }
            guard let flag = value.bool else {
                throw InvalidInput(field: prefix + "tie_word_embeddings", rule: "must be true or false")
            }
            return flag
        }
        if family == nil {
            body.warn(
                "model_defaults",
                "tie_word_embeddings is missing: embedding and head are counted as two matrices, as most families have them"
            )
        }
        return nil
    }

    private func checkUnread(_ body: ConfigurationBody, family: Family?) throws(InvalidInput) {
        let unread = body.unread.filter { !HarmlessKeys.contains(Self.lastName($0)) }
        guard let family else {
            let type = types.first.map { "model_type \"\($0.prefix(64))\"" } ?? "a body without model_type"
            if let key = unread.first {
                throw InvalidInput(
                    field: key,
                    rule: "is not known, and \(type) is no family that is modelled: what it changes cannot be told")
            }
            if let type = types.first {
                body.warn(
                    "unknown_family",
                    "model_type \"\(type.prefix(64))\" is not known: read as a plain decoder, for every key of the body is understood"
                )
            }
            return
        }
        if let key = unread.first(where: { HarmlessKeys.mayMatter(Self.lastName($0)) }) {
            throw InvalidInput(
                field: key, rule: "is not known of \(family.name), and by its name may decide sizes or layers")
        }
        if !unread.isEmpty {
            body.warn(
                "unknown_keys", "not known of \(family.name) and left out: \(unread.prefix(16).joined(separator: ", "))"
            )
        }
    }

    private static func lastName(_ path: String) -> String {
        String(path[(path.lastIndex(of: ".").map { path.index(after: $0) } ?? path.startIndex)...])
    }
}

extension Family {
    static let all: [Family] =
        LlamaFamilies.all + QwenFamilies.all + DeepSeekFamilies.all + KimiFamilies.all + MiniMaxFamilies.all
        + GemmaFamilies.all + StepFamilies.all + NemotronFamilies.all + StateSpaceFamilies.all + MixtureFamilies.all
        + LingFamilies.all

    /// The family of a `model_type`, or else of an architecture.
    static func named(type: String?, architecture: String?) -> Family? {
        if let type, let family = all.first(where: { $0.types.contains(type) }) { return family }
        guard let architecture else { return nil }
        return all.first { $0.architectures.contains(architecture) }
    }
}

/// A body of no known family, read by the keys that many families share. Only such a body is read in which every key is
/// understood: code of its own may do anything with the others.
enum GenericFamily {
    static func read(_ body: ConfigurationBody) throws(InvalidInput) -> Architecture {
        if body.value["kv_lora_rank"].map({ !$0.isNull }) ?? false { return try DeepSeekFamilies.latent(body) }
        let layers = try body.layerCount()
        let mechanism = AttentionMechanism.groupedQuery(try body.groupedQuery())
        let spans = try body.spans(layers: layers, slides: try body.slidingPattern(otherwise: nil))
        let mixture = try body.mixture()
        let networks = try body.feedForwards(
            layers: layers, mixture: mixture,
            dense: { () throws(InvalidInput) in
                .dense(try body.network(try body.required("intermediate_size", "ffn_hidden_size")))
            })
        // The experts' activation is that of the networks.
        if mixture != nil { _ = try body.network(1) }
        body.ignore("intermediate_size")
        return Architecture(
            layers: zip(spans, networks).map { .init(attention: Attention(mechanism, span: $0), feedForward: $1) })
    }
}
