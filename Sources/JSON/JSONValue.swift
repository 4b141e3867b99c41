import Glibc

/// A value of a parsed document: a reference and an index, so that copying one costs nothing but a count.
public struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    var node: JSONNode { document.tape[index] }

    public var kind: JSONKind { node.kind }

    public var isNull: Bool { node.kind == .null }

    /// The value where it is a boolean.
    public var bool: Bool? {
        let node = self.node
        return node.kind == .bool ? node.payload != 0 : nil
    }

    /// How a value of ``JSONKind/nonFinite`` was written; it is written again as a string.
    var nonFiniteText: String {
        switch node.payload {
        case 0: "Infinity"
        case 1: "-Infinity"
        default: "NaN"
        }
    }

    /// The value where it is a number; always finite.
    public var number: Double? {
        let node = self.node
        return node.kind == .number ? node.number : nil
    }

    /// The value where it is a whole number within ±(2⁵³ − 1), which every JSON reader holds exactly (RFC 8259, section 6).
    /// `1.0` and `1e3` are whole.
    public var integer: Int? {
        guard let number, number.rounded(.towardZero) == number, abs(number) < 9_007_199_254_740_992 else {
            return nil
        }
        return node.flags.contains(.inexactInteger) ? nil : Int(number)
    }

    /// The value where it is a string.
    public var string: String? {
        let node = self.node
        return node.kind == .string ? document.string(node) : nil
    }

    /// Whether this is the string `text`; nothing is allocated.
    public func equals(_ text: StaticString) -> Bool {
        let node = self.node
        return node.kind == .string && document.matches(node, text)
    }

    /// Elements of an array, members of an object, 0 for other kinds.
    public var count: Int {
        let node = self.node
        return node.kind == .array || node.kind == .object ? node.count : 0
    }
}

extension JSONDocument {
    func string(_ node: JSONNode) -> String {
        let source = node.flags.contains(.inArena) ? arena : bytes
        return source.withUnsafeBufferPointer { buffer in
            String(decoding: buffer[node.start..<node.start + node.length], as: UTF8.self)
        }
    }

    /// The bytes of a string, in place: the pointer is good inside the call only.
    func withUTF8<R>(_ node: JSONNode, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        let source = node.flags.contains(.inArena) ? arena : bytes
        return source.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[node.start..<node.start + node.length]))
        }
    }

    @inline(__always)
    func matches(_ node: JSONNode, _ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        // Most names differ in length, and need no look at their bytes.
        guard node.length == length else { return false }
        return withUTF8(node) { bytes in
            bytes.baseAddress.map { memcmp($0, text.utf8Start, length) == 0 } ?? true
        }
    }
}
