import Text

/// Parameters by name, as a query or flags give them, each known and given once: a misspelt one must not be ignored.
public struct Query: Sendable {
    private let values: [String: String]

    /// - Parameters:
    ///   - items: names and values, nothing encoded.
    ///   - names: those that are known.
    /// - Throws: 400 for a parameter that is not among `names`, and for one given twice.
    public init(_ items: [(name: String, value: String)], names: [String]) throws(ProblemDocument) {
        var values: [String: String] = [:]
        for (name, value) in items {
            guard names.contains(name) else {
                var suggestion = NearestName.suggestion(for: name, among: names)
                if suggestion.isEmpty { suggestion = "; known are \(names.joined(separator: ", "))." }
                throw ProblemDocument(
                    .badRequest, "The query parameter \"\(name.prefix(64))\" is not known\(suggestion)")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw ProblemDocument(.badRequest, "The query parameter \"\(name)\" is given twice.")
            }
        }
        self.values = values
    }

    /// The value; nil where the parameter is not given.
    public subscript(_ name: String) -> String? { values[name] }

    /// `true`, `1` and no value at all mean true, `false` and `0` false, and so does a parameter that is not given.
    ///
    /// - Throws: 400 for any other value.
    public func flag(_ name: String) throws(ProblemDocument) -> Bool {
        switch values[name] {
        case "", "true", "1": return true
        case nil, "false", "0": return false
        default:
            throw ProblemDocument(
                .badRequest, "The query parameter \"\(name)\" must be true, false, or without a value.")
        }
    }
}
