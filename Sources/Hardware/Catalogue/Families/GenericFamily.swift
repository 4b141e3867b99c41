import Text

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
