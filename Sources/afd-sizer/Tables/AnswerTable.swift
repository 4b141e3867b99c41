import JSON

/// An answer as text for people: scalars as `name  value`, arrays of objects as tables.
enum AnswerTable {
    /// - Parameter body: JSON; what is not comes back as it is.
    static func text(of body: [UInt8]) -> String {
        guard let document = try? JSONDocument(parsing: body) else { return String(decoding: body, as: UTF8.self) }
        var lines: [String] = []
        write(document.root, "", &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func write(_ value: JSONValue, _ prefix: String, _ lines: inout [String]) {
        var scalars: [(String, String)] = []
        collect(value, "", &scalars)
        let width = scalars.reduce(0) { max($0, $1.0.count) }
        for (name, text) in scalars { lines.append(pad(name, width) + "  " + text) }
        for (name, member) in value.members { section(name.string ?? "", member, &lines) }
    }

    /// An object becomes a headed list, an array of objects a headed table.
    private static func section(_ name: String, _ value: JSONValue, _ lines: inout [String]) {
        guard value.kind == .object || value.kind == .array, value.count > 0 else { return }
        lines.append("")
        lines.append(name.uppercased())
        if value.kind == .object {
            var scalars: [(String, String)] = []
            flatten(value, "", &scalars)
            let width = scalars.reduce(0) { max($0, $1.0.count) }
            for (name, text) in scalars { lines.append("  " + pad(name, width) + "  " + text) }
            for (inner, member) in value.members where member.kind == .array {
                rows(inner.string ?? "", member, &lines)
            }
        } else {
            rows(nil, value, &lines)
        }
    }

    private static func rows(_ title: String?, _ value: JSONValue, _ lines: inout [String]) {
        guard value.count > 0 else { return }
        if let title { lines.append("  \(title)") }
        var columns: [String] = []
        var table: [[String: String]] = []
        for element in value.elements {
            guard element.kind == .object else {
                lines.append("  - " + scalar(element))
                continue
            }
            var cells: [(String, String)] = []
            flatten(element, "", &cells)
            for (name, _) in cells where !columns.contains(name) { columns.append(name) }
            table.append(Dictionary(cells, uniquingKeysWith: { first, _ in first }))
        }
        guard !table.isEmpty else { return }
        let widths = columns.map { name in table.reduce(name.count) { max($0, ($1[name] ?? "").count) } }
        func line(_ cells: [String]) -> String { "  " + zip(cells, widths).map(pad).joined(separator: "  ") }
        lines.append(line(columns))
        for row in table { lines.append(line(columns.map { row[$0] ?? "" })) }
    }

    private static func collect(_ value: JSONValue, _ prefix: String, _ scalars: inout [(String, String)]) {
        for (name, member) in value.members where member.kind != .object && member.kind != .array {
            scalars.append((prefix + (name.string ?? ""), scalar(member)))
        }
    }

    /// Members of members under dotted names; arrays aside.
    private static func flatten(_ value: JSONValue, _ prefix: String, _ scalars: inout [(String, String)]) {
        for (name, member) in value.members {
            let path = prefix + (name.string ?? "")
            switch member.kind {
            case .object: flatten(member, path + ".", &scalars)
            case .array: continue
            default: scalars.append((path, scalar(member)))
            }
        }
    }

    private static func scalar(_ value: JSONValue) -> String {
        if let text = value.string { return text }
        if let flag = value.bool { return flag ? "true" : "false" }
        guard let number = value.number else { return "-" }
        if let whole = value.integer { return "\(whole)" }
        // Five significant digits.
        var scale = 1.0
        var magnitude = abs(number)
        while magnitude >= 1e5 {
            magnitude /= 10
            scale /= 10
        }
        while magnitude > 0, magnitude < 1e4, scale < 1e12 {
            magnitude *= 10
            scale *= 10
        }
        return "\((number * scale).rounded() / scale)"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
