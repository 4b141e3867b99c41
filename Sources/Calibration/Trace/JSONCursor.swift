/// A place in a JSON text, and how to get past values without a tree.
///
/// Strings are passed over to their end, arrays and objects by matching brackets (their insides are not checked further), so that what is
/// not asked for costs a byte each. The text itself is passed along: a span cannot be stored.
struct JSONCursor {
    var index = 0

    @inline(__always)
    mutating func take(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
        guard index < text.count, text[index] == byte else { return false }
        index += 1
        return true
    }

    @inline(__always)
    mutating func skipBlanks(_ text: Span<UInt8>) {
        while index < text.count {
            let byte = text[index]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            index += 1
        }
    }

    /// From an opening quote to behind the closing one.
    @inline(__always)
    mutating func skipString(_ text: Span<UInt8>) -> Bool {
        guard take(UInt8(ascii: "\""), text) else { return false }
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte < 0x20 { return false }
            if byte == UInt8(ascii: "\\") { index += 1 }
        }
        return false
    }

    /// Passes over a value; its field, a string without its quotes. `nil` where there is none.
    @inline(__always)
    mutating func value(_ text: Span<UInt8>) -> RowFields.Field? {
        guard index < text.count else { return nil }
        let start = index
        switch text[index] {
        case UInt8(ascii: "\""):
            guard skipString(text) else { return nil }
            return RowFields.Field(start: start + 1, end: index - 1, kind: .string)
        case UInt8(ascii: "{"):
            return skipNested(text) ? RowFields.Field(start: start, end: index, kind: .object) : nil
        case UInt8(ascii: "["):
            return skipNested(text) ? RowFields.Field(start: start, end: index, kind: .array) : nil
        default:
            while index < text.count {
                let byte = text[index]
                if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte <= 0x20 {
                    break
                }
                guard byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: ":") else { return nil }
                index += 1
            }
            return index > start ? RowFields.Field(start: start, end: index, kind: .bare) : nil
        }
    }

    /// From an opening bracket to behind its closing one. At most 64 deep.
    private mutating func skipNested(_ text: Span<UInt8>) -> Bool {
        var kinds: UInt64 = 0
        var depth = 0
        while index < text.count {
            let byte = text[index]
            // Digits, commas, blanks: most of what there is.
            if byte != UInt8(ascii: "\""), byte < UInt8(ascii: "[") {
                index += 1
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                guard skipString(text) else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth < 64 else { return false }
                kinds = kinds << 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard kinds & 1 == (byte == UInt8(ascii: "}") ? 1 : 0) else { return false }
                kinds >>= 1
                depth -= 1
                if depth == 0 {
                    index += 1
                    return true
                }
            default: break
            }
            index += 1
        }
        return false
    }

    /// The next member of the object that the cursor is in: its key without quotes, and its value. Behind the last one the cursor stands
    /// behind the object.
    mutating func member(_ text: Span<UInt8>, isFirst: Bool) -> Member {
        skipBlanks(text)
        if isFirst {
            if take(UInt8(ascii: "}"), text) { return .end }
        } else if !take(UInt8(ascii: ","), text) {
            return take(UInt8(ascii: "}"), text) ? .end : .broken
        }
        skipBlanks(text)
        let start = index + 1
        guard skipString(text) else { return .broken }
        let key = start..<(index - 1)
        skipBlanks(text)
        guard take(UInt8(ascii: ":"), text) else { return .broken }
        skipBlanks(text)
        return .key(key)
    }

    enum Member {
        case key(Range<Int>)
        case end
        case broken
    }

    /// The next element of the array that the cursor is in.
    mutating func element(_ text: Span<UInt8>, isFirst: Bool) -> Element {
        skipBlanks(text)
        if isFirst {
            if take(UInt8(ascii: "]"), text) { return .end }
        } else if !take(UInt8(ascii: ","), text) {
            return take(UInt8(ascii: "]"), text) ? .end : .broken
        }
        skipBlanks(text)
        guard let field = value(text) else { return .broken }
        return .value(field)
    }

    enum Element {
        case value(RowFields.Field)
        case end
        case broken
    }
}
