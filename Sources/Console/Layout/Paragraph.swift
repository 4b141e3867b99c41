/// Running text, broken at spaces.
enum Paragraph {
    /// Lines of at most `width` characters; a longer word stands on a line of its own.
    ///
    /// - Parameters:
    ///   - text: words with spaces between them; line feeds count as spaces.
    ///   - width: of a line, in characters.
    static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var length = 0
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            let count = word.count
            if length > 0, length + 1 + count > width {
                lines.append(line)
                (line, length) = ("", 0)
            }
            line += (length > 0 ? " " : "") + word
            length += count + (length > 0 ? 1 : 0)
        }
        if length > 0 { lines.append(line) }
        return lines
    }

    /// The same behind a mark: lines after the first are indented by as much.
    static func lines(_ text: String, behind mark: String, width: Int) -> [String] {
        let indent = String(repeating: " ", count: mark.count)
        return lines(text, width: max(20, width - mark.count)).enumerated().map { ($0 == 0 ? mark : indent) + $1 }
    }
}
