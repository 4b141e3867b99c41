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
