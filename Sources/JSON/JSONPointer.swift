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
