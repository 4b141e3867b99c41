import Text

/// What a family's rules make of a body.
struct Architecture {
    /// One for each layer.
    var layers: [ModelDescription.Layers]
    /// Whether embedding and head are one matrix where the body does not say.
    var tiesEmbeddings = false
    /// `vocab_size` where the body does not say.
    var vocabulary = 0
    /// Parameters that belong to no layer's projections or networks.
    var otherParameters = 0.0
    /// Parameters that are only looked up, beside the embedding.
    var lookupParameters = 0.0
}

/// The rules by which the models of one kind of modelling code are made from their own keys.
struct Family: Sendable {
    let name: String
    /// Values of `model_type` and names in `architectures` that mean it.
    let types: Set<String>
    let architectures: Set<String>
    let read: @Sendable (ConfigurationBody) throws(InvalidInput) -> Architecture

    init(
        _ name: String, types: Set<String> = [], architectures: Set<String> = [],
        read: @escaping @Sendable (ConfigurationBody) throws(InvalidInput) -> Architecture
    ) {
        self.name = name
        self.types = types.union([name])
        self.architectures = architectures
        self.read = read
    }
}
