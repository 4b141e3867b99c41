import JSON

/// Texts with `Infinity` or `NaN` inside a model's configuration, as Hugging Face writes them. Anywhere else they stay what
/// they are in JSON: no value.
enum ConfigurationText {
    /// The document, where everything in it but such values inside a `model`, or in all of it, is JSON.
    static func document(_ text: [UInt8], isConfiguration: Bool) -> JSONDocument? {
        guard let document = try? JSONDocument(parsing: text, limits: JSONLimits(allowsNonFinite: true)) else {
            return nil
        }
        return isConfiguration || isFiniteOutsideModels(document.root) ? document : nil
    }

    /// Recurses as deep as the document is nested (see `JSONLimits`).
    private static func isFiniteOutsideModels(_ value: JSONValue) -> Bool {
        switch value.kind {
        case .nonFinite: false
        case .array: value.elements.allSatisfy(isFiniteOutsideModels)
        case .object: value.members.allSatisfy { $0.0.equals("model") || isFiniteOutsideModels($0.1) }
        case .null, .bool, .number, .string: true
        }
    }
}
