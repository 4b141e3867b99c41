import Text

/// Requests as they were observed: the prefill and decode length of each kept together, so that their correlation counts.
public struct RequestTrace: Hashable, Sendable {
    /// Prefill length of each request, tokens, 0 to 1e9.
    public let prefill: [Int]
    /// Decode length of each request, steps, 1 to 1e9.
    public let decode: [Int]
    /// How often each request counts, not negative, their sum positive; `nil` for once each.
    public let weights: [Double]?

    /// - Throws: `InvalidInput` naming `prefill`, `decode` or `weights`.
    public init(prefill: [Int], decode: [Int], weights: [Double]? = nil) throws(InvalidInput) {
        guard !prefill.isEmpty else { throw InvalidInput(field: "prefill", rule: "must not be empty") }
        guard decode.count == prefill.count else {
            throw InvalidInput(field: "decode", rule: "must have as many elements as prefill")
        }
        let longest = Int(SizingLimits.maximumLength)
        for index in prefill.indices {
            guard 0...longest ~= prefill[index] else {
                throw InvalidInput(field: "prefill.\(index)", rule: "must be a whole number from 0 to \(longest)")
            }
            guard 1...longest ~= decode[index] else {
                throw InvalidInput(field: "decode.\(index)", rule: "must be a whole number from 1 to \(longest)")
            }
        }
        try InvalidInput.check(weights: weights, count: prefill.count, of: "prefill")
        self.prefill = prefill
        self.decode = decode
        self.weights = weights
    }

    /// The number of requests.
    public var count: Int { prefill.count }

    /// Weight of the request at `index`; 1 where no weights were given.
    public func weight(at index: Int) -> Double { weights?[index] ?? 1 }
}
