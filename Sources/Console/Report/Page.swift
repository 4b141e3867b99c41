import JSON

/// The text of an answer, part by part: sentences first, then figures and tables, then what was warned of and assumed.
struct Page {
    let terminal: Terminal
    private var lines: [String] = []

    init(_ terminal: Terminal) { self.terminal = terminal }

    var text: String {
        lines.map { line in
            var shown = terminal.shown(line)
            while shown.last == " " { shown.removeLast() }
            return shown + "\n"
        }.joined()
    }

    mutating func sentence(_ text: String) {
        guard !text.isEmpty else { return }
        lines += Paragraph.lines(text, width: terminal.width)
    }

    mutating func gap() {
        if let last = lines.last, !last.isEmpty { lines.append("") }
    }

    mutating func heading(_ text: String) {
        gap()
        lines.append(text)
    }

    mutating func line(_ text: String) { lines.append(text) }

    /// Names and values in two columns; what is not defined is left out. A long value goes on under its beginning.
    mutating func figures(_ figures: [(String, String)], indent: Int = 2) {
        let shown = figures.filter { !$0.1.isEmpty && $0.1 != Number.none }
        let width = shown.reduce(0) { max($0, $1.0.count) }
        for (name, value) in shown {
            let padding =
                String(repeating: " ", count: indent) + name + String(repeating: " ", count: width - name.count)
            lines += Paragraph.lines(value, behind: padding + "  ", width: terminal.width)
        }
    }

    mutating func table(_ table: TextTable, indent: Int = 2) {
        guard !table.isEmpty else { return }
        lines += table.lines(width: terminal.width, indent: indent)
    }

    /// The warnings of an answer, and what it takes for granted.
    mutating func notes(_ answer: JSONValue) {
        if let warnings = answer["warnings"], warnings.count > 0 {
            gap()
            for warning in warnings.elements { self.warning(warning) }
        }
        if let assumptions = answer.at("provenance", "assumptions"), assumptions.count > 0 {
            heading("Assumed")
            for assumption in assumptions.elements {
                lines += Paragraph.lines(assumption.string ?? "", behind: "  - ", width: terminal.width)
            }
        }
    }

    /// One warning, with its code for `explain`.
    mutating func warning(_ warning: JSONValue, prefix: String = "") {
        let code = warning["code"]?.string ?? ""
        let detail = warning["detail"]?.string ?? ""
        lines += Paragraph.lines("\(prefix)\(detail) [\(code)]", behind: "Warning: ", width: terminal.width)
    }
}

extension JSONValue {
    /// The member of a member; nil where one of them is not there.
    func at(_ names: StaticString...) -> JSONValue? {
        var value: JSONValue? = self
        for name in names { value = value?[name] }
        return value
    }
}
