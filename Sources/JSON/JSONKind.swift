/// The six kinds of JSON value (RFC 8259, section 3), `true` and `false` taken together.
public enum JSONKind: UInt8, Sendable, Equatable {
    case null
    case bool
    case number
    case string
    case array
    case object

    /// The kind with its article, for messages: "an array", "null".
    public var name: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
