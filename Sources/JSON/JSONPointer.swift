/// JSON Pointer text (RFC 6901).
public enum JSONPointer {
    /// Joins reference tokens, `~` and `/` in them escaped (section 3). No token: the whole document, "".
    public static func text(_ tokens: some Sequence<String>) -> String {
        var text = ""
        for token in tokens {
            text += "/"
            for scalar in token.unicodeScalars {
                switch scalar {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }

    /// `pointer` with one more token behind it.
    public static func appending(_ token: String, to pointer: String) -> String { pointer + text([token]) }
}

extension JSONValue {
    /// JSON Pointer of this value in its document (RFC 6901).
    ///
    /// Found by descending from the root, so that reading pays nothing for it: the cost is that of the siblings passed.
    public var pointer: String {
        var tokens: [String] = []
        var here = 0
        while here < index {
            let node = document.tape[here]
            var child = here + 1
            if node.kind == .array {
                var position = 0
                while Int(document.tape[child].next) <= index {
                    child = Int(document.tape[child].next)
                    position += 1
                }
                tokens.append(String(position))
                here = child
            } else {
                // Name, value, name, value: the name of a member points to its value.
                while Int(document.tape[child + 1].next) <= index { child = Int(document.tape[child + 1].next) }
                tokens.append(document.string(document.tape[child]))
                here = child == index ? index : child + 1
            }
        }
        return JSONPointer.text(tokens)
    }
}
