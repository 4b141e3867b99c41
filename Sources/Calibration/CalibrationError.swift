/// What cannot be used of a trace or of samples, with the rule that it breaks.
///
/// `field` is a dotted path in the vocabulary of the HTTP contract (`samples.3.latency_us`), empty for the whole; `rule`
/// completes "… must …" or is a sentence of its own.
public struct CalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
    public var field: String
    public var rule: String

    public init(field: String, rule: String) {
        self.field = field
        self.rule = rule
    }

    public var description: String { field.isEmpty ? rule : "\(field) \(rule)" }
}
