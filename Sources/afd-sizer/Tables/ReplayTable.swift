import JSON

/// The answer of `/v1/replay` for people: a column a policy, and how each went over time.
enum ReplayTable {
    @Sendable static func text(_ body: [UInt8]) -> [UInt8] {
        guard let root = try? JSONDocument(parsing: body).root, let policies = root["policies"] else { return body }
        let sides = Array(policies.elements)
        var rows: [[String]] = [[""] + sides.map { $0["name"]?.string ?? "" }]
        func row(_ title: String, _ value: (JSONValue) -> JSONValue?) {
            let cells = sides.map { SummaryTable.number(value($0)) }
            if cells.contains(where: { $0 != "-" }) { rows.append([title] + cells) }
        }
        row("requests") { $0["requests"] }
        row("abandoned") { $0["abandoned"] }
        row("rejected") { $0["rejected"] }
        row("good, part of all") { $0["goodput"]?["fraction"] }
        row("good a second") { $0["goodput"]?["requests_per_second"] }
        for (title, name) in [
            ("TTFT ms", "ttft_ms" as StaticString), ("TPOT ms", "tpot_ms"), ("end to end ms", "end_to_end_ms"),
            ("wait ms", "wait_ms"),
        ] {
            row("\(title) mean") { $0[name]?["mean"] }
            row("\(title) p90") { $0[name]?["p90"] }
            row("\(title) p99") { $0[name]?["p99"] }
        }
        for (title, name) in [
            ("prefill", "prefill" as StaticString), ("attention", "attention"), ("ffn", "ffn"),
            ("transfer", "transfer"),
        ] {
            row("\(title) utilisation") { $0["pools"]?[name]?["utilisation"] }
            row("\(title) instances mean") { $0["pools"]?[name]?["instances"]?["mean"] }
        }
        row("device-hours") { $0["device_hours"] }
        row("cost") { $0["cost"] }
        row("energy kWh") { $0["energy_kwh"] }
        row("scaling events") { $0["scaling"]?["events"] }
        row("reversals") { $0["scaling"]?["reversals"] }
        var text = SummaryTable.table(rows)
        for side in sides { text += courses(side) }
        text += "\n\(root["verdict"]?.string ?? "")\n"
        for warning in root["warnings"]?.elements.compactMap({ $0["detail"]?.string }) ?? [] {
            text += "warning: \(warning)\n"
        }
        return Array(text.utf8)
    }

    /// How one policy went, a line a figure.
    private static func courses(_ side: JSONValue) -> String {
        guard let series = side["series"], series.count > 1 else { return "" }
        let points = Array(series.elements)
        var text = "\n\(side["name"]?.string ?? "")\n"
        for (title, name) in [
            ("arrivals", "arrivals" as StaticString), ("instances", "instances"), ("in slots", "in_slots"),
            ("waiting", "waiting"), ("TTFT p90", "ttft_p90_ms"), ("TPOT p99", "tpot_p99_ms"),
        ] {
            let values = points.map { $0[name]?.number }
            guard let most = values.compactMap({ $0 }).max() else { continue }
            let padding = String(repeating: " ", count: 10 - title.count)
            text += "  \(title)\(padding) \(sparkline(values, most: most)) to \(SummaryTable.number(most))\n"
        }
        return text
    }

    /// Eighths of a line's height from 0 to `most`, at most 80 of them: each the highest of what it stands for.
    private static func sparkline(_ values: [Double?], most: Double) -> String {
        let bars = Array("▁▂▃▄▅▆▇█")
        let width = min(80, values.count)
        return String(
            (0..<width).map { column in
                let part = values[(column * values.count / width)..<((column + 1) * values.count / width)]
                guard let value = part.compactMap({ $0 }).max() else { return " " }
                guard most > 0 else { return bars[0] }
                return bars[min(7, max(0, Int(value / most * 8)))]
            })
    }
}
