import JSON

/// Two requests or two answers side by side: what it comes to in a sentence, then every change.
public enum DifferenceReport {
    /// - Parameters:
    ///   - requests: what was asked; nil where answers were given.
    ///   - answers: before and after.
    ///   - terminal: what the text is laid out for.
    public static func text(
        requests: (JSONValue, JSONValue)?, answers: (JSONValue, JSONValue), _ terminal: Terminal
    ) -> String {
        var page = Page(terminal)
        let found = Difference(answers.0, answers.1, ignoring: Difference.ofAnswers)
        page.sentence(sentence(answers.0, answers.1) ?? count(found))
        if let requests {
            let asked = Difference(requests.0, requests.1)
            if !asked.changes.isEmpty {
                page.heading("Asked")
                table(asked, &page)
            }
            if !found.changes.isEmpty { page.heading("Answered") }
        } else if !found.changes.isEmpty {
            page.gap()
        }
        table(found, &page)
        return page.text
    }

    /// The same as JSON: `requests`, where they were given, and `answers`, each a list of changes.
    public static func json(requests: (JSONValue, JSONValue)?, answers: (JSONValue, JSONValue)) -> [UInt8] {
        var writer = JSONWriter(pretty: true, capacity: 4096)
        writer.beginObject()
        if let requests { write("requests", Difference(requests.0, requests.1), &writer) }
        write("answers", Difference(answers.0, answers.1, ignoring: Difference.ofAnswers), &writer)
        writer.endObject()
        return (try? writer.finish()) ?? []
    }

    private static func write(_ name: StaticString, _ difference: Difference, _ writer: inout JSONWriter) {
        writer.array(name, difference.changes) { writer, change in
            writer.beginObject()
            writer.field("pointer", change.pointer)
            for (name, value) in [("before" as StaticString, change.before), ("after", change.after)] {
                writer.name(name)
                if let value { writer.value(value) } else { writer.null() }
            }
            writer.field("relative", orNull: change.relative)
            writer.endObject()
        }
    }

    private static func count(_ difference: Difference) -> String {
        switch difference.changes.count {
        case 0: "No difference."
        case 1: "One member differs."
        default: "\(difference.changes.count) members differ."
        }
    }

    /// What a sizing or a plan comes to; nil for other answers, and where it is the same.
    private static func sentence(_ a: JSONValue, _ b: JSONValue) -> String? {
        if let first = a["recommendation"], let second = b["recommendation"] {
            return came(
                ratio(first["ratio"]), ratio(second["ratio"]), "ratio", first["throughput_per_instance"]?.number,
                second["throughput_per_instance"]?.number, "tokens a second from each instance")
        }
        if let first = a["deployment"], let second = b["deployment"] {
            return came(
                pools(first), pools(second), "fleet", first["throughput"]?.number, second["throughput"]?.number,
                "tokens a second")
        }
        return nil
    }

    private static func came(
        _ first: String, _ second: String, _ what: String, _ before: Double?, _ after: Double?, _ unit: String
    ) -> String? {
        guard let before, let after, before > 0, first != second || before != after else { return nil }
        let shape = first == second ? "The \(what) stays \(first)" : "The \(what) goes from \(first) to \(second)"
        let change = (after - before) / before
        let direction = change == 0 ? "stays" : "\(change > 0 ? "rises" : "falls") by \(Number.percent(abs(change))) to"
        return "\(shape); throughput \(direction) \(Number.spoken(after)) \(unit)."
    }

    private static func ratio(_ ratio: JSONValue?) -> String { "\(Number.text(ratio?.number)) : 1" }

    private static func pools(_ deployment: JSONValue) -> String {
        let prefill = deployment["prefill_instances"]?.number.map { "\(Number.text($0)) prefill, " } ?? ""
        return "\(prefill)\(Number.text(deployment["attention_instances"]?.number)) Attention and "
            + "\(Number.text(deployment["ffn_instances"]?.number)) FFN instances"
    }

    private static func table(_ difference: Difference, _ page: inout Page) {
        page.figures(
            difference.changes.map { change in
                let relative = change.relative.map { " (\(Self.relative($0)))" } ?? ""
                return (change.pointer, "\(shown(change.before)) → \(shown(change.after))\(relative)")
            })
    }

    private static func relative(_ change: Double) -> String {
        if abs(change) < 0.0005 { return "by less than 0.1 %" }
        return (change > 0 ? "+" : "") + Number.percent(change)
    }

    private static func shown(_ text: String?) -> String {
        guard let text else { return "not there" }
        return Double(text).map { Number.text($0) } ?? text
    }
}
