/// What text is laid out for: how wide it may be, and which characters are shown.
public struct Terminal: Hashable, Sendable {
    public static let defaultWidth = 80
    /// Narrower than 40, tables are of no use; wider than 400, lines are hard to follow.
    public static let widths = 40...400

    public let width: Int
    /// Whether only ASCII is shown.
    public let isPlain: Bool

    public init(width: Int = Self.defaultWidth, isPlain: Bool = false) {
        self.width = min(Self.widths.upperBound, max(Self.widths.lowerBound, width))
        self.isPlain = isPlain
    }

    /// The terminal as its environment tells it.
    ///
    /// - Parameters:
    ///   - columns: the variable COLUMNS; it goes before what the terminal says.
    ///   - reported: columns that the terminal reports; nil where there is none.
    ///   - term: the variable TERM.
    ///   - isPlain: whether ASCII was asked for.
    public init(columns: String?, reported: Int?, term: String?, isPlain: Bool) {
        let given = columns.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        let width = given ?? reported.flatMap { $0 > 0 ? $0 : nil } ?? Self.defaultWidth
        self.init(width: width, isPlain: isPlain || term == "dumb")
    }

    /// `text` in the characters that are shown. One character stands for one, so that columns stay.
    public func shown(_ text: String) -> String {
        guard isPlain, !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        return String(text.map { $0.isASCII ? $0 : Self.plain[$0] ?? "?" })
    }

    private static let plain: [Character: Character] = [
        "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "█": "#",
        "▏": " ", "▎": " ", "▍": " ", "▌": "#", "▋": "#", "▊": "#", "▉": "#",
        "µ": "u", "×": "x", "±": "~", "…": ".", "–": "-", "—": "-", "·": ".", "²": "2", "³": "3", "≤": "<", "≥": ">",
        "−": "-", "→": ">", "α": "a", "β": "b", "γ": "g", "θ": "t", "ν": "v", "’": "'", "“": "\"", "”": "\"",
    ]
}

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
