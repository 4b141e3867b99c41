/// A parsed JSON text: the bytes, a flat tape of nodes over them, and the strings that had escapes.
///
/// Goals, in order: nothing malformed or ambiguous gets through (duplicate names included), the work is bounded by the
/// length of the text, few allocations (one tape in place of a tree of dictionaries), speed.
///
/// A document is immutable, so that it and its values may be read from any thread.
public final class JSONDocument: Sendable {
    let bytes: [UInt8]
    let arena: [UInt8]
    let tape: [JSONNode]

    /// Parses a text (RFC 8259). Beyond the RFC's grammar, member names of an object must differ, and `limits` hold.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        let result = bytes.withUnsafeBufferPointer { text in
            var parser = JSONParser(text: text, limits: limits)
            return parser.run()
        }
        switch result {
        case .success(let product):
            self.bytes = bytes
            self.arena = product.arena
            self.tape = product.tape
        case .failure(let error):
            throw error
        }
    }

    /// Parses a text that is at hand as a string.
    public convenience init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// The value of the text.
    public var root: JSONValue { JSONValue(document: self, index: 0) }
}

/// One entry of the tape: 16 bytes for a value or a member name.
///
/// A container is followed by its content: an array by its elements, an object by name, value, name, value … `next` is
/// the index behind the whole value, so that a value is skipped in one step.
struct JSONNode: Sendable {
    var kind: JSONKind
    var flags: Flags
    /// Index of the node behind this value. While a container is open: index of the container around it.
    var next: UInt32
    /// Number: the bits of the double. String: where it starts (upper half) and its length in bytes (lower half).
    /// Container: number of elements or members. Bool: 0 or 1.
    var payload: UInt64

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8
        /// The string had escapes: its bytes are in the document's arena, not in the text.
        static let inArena = Flags(rawValue: 1)
        /// An integer beyond ±2⁵³, which a double may not hold exactly.
        static let inexactInteger = Flags(rawValue: 2)
    }

    var start: Int { Int(truncatingIfNeeded: payload >> 32) }
    var length: Int { Int(truncatingIfNeeded: payload & 0xFFFF_FFFF) }
    var count: Int { Int(truncatingIfNeeded: payload) }
    var number: Double { Double(bitPattern: payload) }
}

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

/// What the parser accepts beyond the grammar (RFC 8259, section 9, lets an implementation set limits).
public struct JSONLimits: Sendable, Equatable {
    /// Deepest nesting of arrays and objects. The parser keeps no recursion, so this bounds what a reader of the
    /// document may recurse over. 1 … 1,000.
    public var depth: Int

    /// Longest number in bytes. More digits than this carry no information for a double.
    public var numberLength: Int

    /// Longest document in bytes; at most 4,294,967,295, because positions are kept in 32 bits.
    public var documentLength: Int

    /// Whether `Infinity`, `-Infinity` and `NaN` are read as values of a kind of their own. Python's writer puts them into
    /// texts that others take for JSON, Hugging Face's configurations among them.
    public var allowsNonFinite: Bool

    public init(
        depth: Int = 64, numberLength: Int = 1_000, documentLength: Int = 0xFFFF_FFFF, allowsNonFinite: Bool = false
    ) {
        self.depth = min(max(depth, 1), 1_000)
        self.numberLength = max(numberLength, 1)
        self.documentLength = min(documentLength, 0xFFFF_FFFF)
        self.allowsNonFinite = allowsNonFinite
    }
}
