/// The six kinds of JSON value (RFC 8259, section 3), `true` and `false` taken together, and one that is no JSON.
public enum JSONKind: UInt8, Sendable, Equatable {
    case null
    case bool
    case number
    case string
    case array
    case object
    /// `Infinity`, `-Infinity` or `NaN`, where `JSONLimits` lets them in. It is no number: whoever asks for one gets none.
    case nonFinite

    /// The kind with its article, for messages: "an array", "null".
    public var name: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        case .nonFinite: "Infinity or NaN, which no JSON number is"
        }
    }
}
