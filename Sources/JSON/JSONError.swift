/// Why a text is not the JSON that is accepted here, and where.
public struct JSONError: Error, Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// Nothing but white space.
        case empty
        /// The text ends inside a value.
        case truncated
        /// A byte order mark, which RFC 8259, section 8.1, forbids.
        case byteOrderMark
        /// A byte that cannot stand where it stands; what was expected instead.
        case unexpected(byte: UInt8, expected: String)
        /// Something after the value.
        case trailing(byte: UInt8)
        /// A literal that is none of `true`, `false` and `null`.
        case literal
        /// A number that the grammar of RFC 8259, section 6, does not have: `01`, `1.`, `.5`, `+1`, `1e`.
        case number(String)
        /// A number beyond the range of a double.
        case numberOutOfRange
        /// A number with more bytes than the limit.
        case numberTooLong(limit: Int)
        /// A byte below 0x20 in a string.
        case controlCharacter(UInt8)
        /// A backslash that begins no escape.
        case escape
        /// Half of a surrogate pair.
        case loneSurrogate
        /// Bytes that are not UTF-8.
        case utf8
        /// The same member name twice in one object.
        case duplicateKey(String)
        /// Nested deeper than the limit.
        case tooDeep(limit: Int)
        /// More bytes than the limit.
        case tooLong(limit: Int)
    }

    public let reason: Reason
    /// The offending byte, counted from 0.
    public let offset: Int
    /// Its line, counted from 1.
    public let line: Int
    /// Its column in bytes, counted from 1.
    public let column: Int
    /// JSON Pointer (RFC 6901) of the value that could not be read, as far as it is known.
    public let pointer: String

    /// One sentence in English.
    public var message: String {
        let place = " (line \(line), column \(column))"
        switch reason {
        case .empty: return "the text is empty"
        case .truncated: return "the text ends inside a value" + place
        case .byteOrderMark: return "the text begins with a byte order mark"
        case .unexpected(let byte, let expected):
            return "unexpected \(Self.describe(byte)) where \(expected) was expected" + place
        case .trailing(let byte): return "unexpected \(Self.describe(byte)) after the value" + place
        case .literal: return "not a value: the literals are true, false and null" + place
        case .number(let why): return "not a JSON number: \(why)" + place
        case .numberOutOfRange: return "the number is out of the range of a double" + place
        case .numberTooLong(let limit): return "the number is longer than \(limit) bytes" + place
        case .controlCharacter(let byte): return "unescaped \(Self.describe(byte)) in a string" + place
        case .escape: return "a backslash that begins no escape" + place
        case .loneSurrogate: return "half of a surrogate pair" + place
        case .utf8: return "bytes that are not UTF-8" + place
        case .duplicateKey(let key): return "the member \"\(key)\" is given twice" + place
        case .tooDeep(let limit): return "nested deeper than \(limit) levels" + place
        case .tooLong(let limit): return "the text is longer than \(limit) bytes"
        }
    }

    private static func describe(_ byte: UInt8) -> String {
        if byte > 0x20 && byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
        let digits = String(byte, radix: 16, uppercase: true)
        return "byte 0x" + (digits.count < 2 ? "0" : "") + digits
    }
}
