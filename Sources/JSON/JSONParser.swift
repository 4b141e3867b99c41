/// Turns a text into a tape in one pass, without recursion.
///
/// Memory safety: `text` is the buffer of an array that outlives the parser (see `JSONDocument.init`), and every read is
/// behind a comparison of `position` with `end`.
struct JSONParser {
    struct Product {
        var tape: [JSONNode]
        var arena: [UInt8]
    }

    /// What stopped the parser, before line, column and pointer are worked out.
    struct Stop: Error {
        var reason: JSONError.Reason
        var offset: Int
    }

    let text: UnsafeBufferPointer<UInt8>
    let end: Int
    let limits: JSONLimits
    var position = 0
    var tape: [JSONNode] = []
    var arena: [UInt8] = []
    /// Index of the innermost open container, or `none`.
    var container = JSONParser.none
    var depth = 0
    /// Whether a member name of the innermost container is being read, so that its last member is not to blame.
    var isInName = false

    static let none = UInt32.max

    init(text: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.text = text
        self.end = text.count
        self.limits = limits
    }

    mutating func run() -> Result<Product, JSONError> {
        do throws(Stop) {
            if end > limits.documentLength { throw Stop(reason: .tooLong(limit: limits.documentLength), offset: 0) }
            tape.reserveCapacity(min(end, 1 << 20) / 6 + 8)
            try parse()
            return .success(Product(tape: tape, arena: arena))
        } catch {
            return .failure(locate(error))
        }
    }

    private mutating func parse() throws(Stop) {
        if end >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { throw Stop(reason: .byteOrderMark, offset: 0) }
        skipWhitespace()
        guard position < end else { throw Stop(reason: .empty, offset: 0) }
        while true {
            if try openOrScalar() { continue }
            // A value is complete: close containers and step over commas until the next value begins.
            guard try afterValue() else { break }
        }
        skipWhitespace()
        if position < end { throw Stop(reason: .trailing(byte: text[position]), offset: position) }
    }

    /// Reads a scalar, an empty container (false: a value is complete), or opens a container and stops before its first
    /// value (true).
    private mutating func openOrScalar() throws(Stop) -> Bool {
        guard position < end else { throw Stop(reason: .truncated, offset: position) }
        let byte = text[position]
        switch byte {
        case UInt8(ascii: "{"):
            try open(.object)
            skipWhitespace()
            if position < end, text[position] == UInt8(ascii: "}") {
                position += 1
                close()
                return false
            }
            try memberName()
            return true
        case UInt8(ascii: "["):
            try open(.array)
            skipWhitespace()
            if position < end, text[position] == UInt8(ascii: "]") {
                position += 1
                close()
                return false
            }
            tape[Int(container)].payload = 1
            return true
        case UInt8(ascii: "\""):
            try string()
        case UInt8(ascii: "-") where limits.allowsNonFinite && follows("I"):
            position += 1
            try literal("Infinity", .nonFinite, 1)
        case UInt8(ascii: "I") where limits.allowsNonFinite:
            try literal("Infinity", .nonFinite, 0)
        case UInt8(ascii: "N") where limits.allowsNonFinite:
            try literal("NaN", .nonFinite, 2)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try number()
        case UInt8(ascii: "t"):
            try literal("true", .bool, 1)
        case UInt8(ascii: "f"):
            try literal("false", .bool, 0)
        case UInt8(ascii: "n"):
            try literal("null", .null, 0)
        case UInt8(ascii: "+"):
            throw Stop(reason: .number("a plus sign"), offset: position)
        case UInt8(ascii: "."):
            throw Stop(reason: .number("no digit before the point"), offset: position)
        case UInt8(ascii: "N"), UInt8(ascii: "I"):
            throw Stop(reason: .literal, offset: position)
        default:
            throw Stop(reason: .unexpected(byte: byte, expected: "a value"), offset: position)
        }
        return false
    }

    /// Goes on behind a complete value; false at the end of the outermost one.
    private mutating func afterValue() throws(Stop) -> Bool {
        while container != JSONParser.none {
            skipWhitespace()
            guard position < end else { throw Stop(reason: .truncated, offset: position) }
            let byte = text[position]
            let isObject = tape[Int(container)].kind == .object
            if byte == UInt8(ascii: ",") {
                position += 1
                skipWhitespace()
                if isObject {
                    try memberName()
                } else {
                    tape[Int(container)].payload += 1
                }
                return true
            }
            guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw Stop(
                    reason: .unexpected(byte: byte, expected: isObject ? "',' or '}'" : "',' or ']'"), offset: position)
            }
            position += 1
            if isObject { try refuseDuplicates(of: Int(container)) }
            close()
        }
        return false
    }

    private mutating func open(_ kind: JSONKind) throws(Stop) {
        guard depth < limits.depth else { throw Stop(reason: .tooDeep(limit: limits.depth), offset: position) }
        depth += 1
        position += 1
        tape.append(JSONNode(kind: kind, flags: [], next: container, payload: 0))
        container = UInt32(truncatingIfNeeded: tape.count - 1)
    }

    private mutating func close() {
        let outer = tape[Int(container)].next
        tape[Int(container)].next = UInt32(truncatingIfNeeded: tape.count)
        container = outer
        depth -= 1
    }

    /// Reads `"name" :` and stops before the value.
    private mutating func memberName() throws(Stop) {
        isInName = true
        guard position < end else { throw Stop(reason: .truncated, offset: position) }
        guard text[position] == UInt8(ascii: "\"") else {
            throw Stop(reason: .unexpected(byte: text[position], expected: "a member name"), offset: position)
        }
        try string()
        tape[Int(container)].payload += 1
        isInName = false
        skipWhitespace()
        guard position < end else { throw Stop(reason: .truncated, offset: position) }
        guard text[position] == UInt8(ascii: ":") else {
            throw Stop(reason: .unexpected(byte: text[position], expected: "':'"), offset: position)
        }
        position += 1
        skipWhitespace()
    }

    /// Whether the byte behind the current one is this letter.
    private func follows(_ letter: Unicode.Scalar) -> Bool {
        position + 1 < end && text[position + 1] == UInt8(ascii: letter)
    }

    private mutating func literal(_ word: StaticString, _ kind: JSONKind, _ payload: UInt64) throws(Stop) {
        let length = word.utf8CodeUnitCount
        for i in 0..<length {
            guard position + i < end else { throw Stop(reason: .truncated, offset: end) }
            guard text[position + i] == word.utf8Start[i] else { throw Stop(reason: .literal, offset: position) }
        }
        position += length
        append(kind, payload)
    }

    @inline(__always)
    mutating func append(_ kind: JSONKind, _ payload: UInt64, _ flags: JSONNode.Flags = []) {
        tape.append(
            JSONNode(
                kind: kind, flags: flags, next: UInt32(truncatingIfNeeded: tape.count &+ 1), payload: payload))
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while position < end {
            switch text[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }
}
