import Sizing

/// `GET /v1/size?model=…&device=…&prefill=…&decode=…`: the query of a sizing by name, which flags of the command line spell too.
public struct SizeQuery {
    public static let names = [
        "model", "device", "attention_device", "ffn_device", "prefill", "decode", "batch_size", "microbatches",
        "data_parallel", "tensor_parallel", "expert_parallel", "link", "tpot_ms", "max_ratio", "include", "pretty",
    ]

    private let values: Query

    /// The input of the operation, and whether the answer is to be indented.
    ///
    /// - Parameter items: names and values, nothing encoded.
    /// - Throws: 400 for a parameter that is not known or given twice, and for a wrong value of `pretty`; 422 for one that is
    ///   missing, is not known to the catalogue or out of range.
    public static func decode(
        _ items: [(name: String, value: String)]
    ) throws(ProblemDocument) -> (NamedSizing, pretty: Bool) {
        let query = SizeQuery(values: try Query(items, names: names))
        let pretty = try query.values.flag("pretty")
        return (try query.sizing(), pretty)
    }

    private func sizing() throws(ProblemDocument) -> NamedSizing {
        let description = try values.description()
        _ = try (values.required("prefill"), values.required("decode"))
        var include: Set<SizeRequest.Part> = []
        if let name = values["include"] {
            guard let part = SizeRequest.Part(rawValue: name) else { throw .parameter("include", "must be curve") }
            include = [part]
        }
        return NamedSizing(
            description, prefill: try values.number("prefill", in: 0...SizingLimits.maximumLength) ?? 0,
            decode: try values.number("decode", in: 1...SizingLimits.maximumLength) ?? 1,
            batchSize: try values.integer("batch_size", in: 1...SizingLimits.maximumBatchSize),
            microbatches: try values.integer("microbatches", in: 1...SizingLimits.maximumMicrobatches),
            maximumRatio: try values.integer("max_ratio", in: 1...SizingLimits.maximumRatio),
            tpot: try values.number("tpot_ms", in: 1e-6...1e9), include: include)
    }
}
