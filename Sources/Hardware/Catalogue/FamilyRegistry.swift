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
