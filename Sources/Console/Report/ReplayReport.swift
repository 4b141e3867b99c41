import JSON

/// The answer of `/v1/replay`: the verdict, a column for each policy, and how each went over time.
enum ReplayReport {
    static func write(_ answer: JSONValue, _ page: inout Page) {
        let sides = answer["policies"].map { Array($0.elements) } ?? []
        page.sentence(answer["verdict"]?.string ?? "")
        page.gap()
        var table = TextTable([.init("", left: true)] + sides.map { .init($0["name"]?.string ?? "") })
        func row(_ title: String, _ value: (JSONValue) -> String?) {
            let cells = sides.map { value($0) ?? Number.none }
            if cells.contains(where: { $0 != Number.none }) { table.add([title] + cells) }
        }
        func count(_ title: String, _ value: (JSONValue) -> JSONValue?) {
            row(title) { value($0)?.number.map { Number.text($0) } }
        }
        count("requests") { $0["requests"] }
        count("abandoned") { $0["abandoned"] }
        count("rejected") { $0["rejected"] }
        row("within all limits") { Number.percent($0.at("goodput", "fraction")?.number) }
        count("within all limits, requests/s") { $0.at("goodput", "requests_per_second") }
        for (title, name) in [
            ("TTFT", "ttft_ms" as StaticString), ("TPOT", "tpot_ms"), ("end to end", "end_to_end_ms"),
            ("wait", "wait_ms"),
        ] {
            row("\(title), mean") { Number.time(milliseconds: $0[name]?["mean"]?.number) }
            row("\(title), p90") { Number.time(milliseconds: $0[name]?["p90"]?.number) }
            row("\(title), p99") { Number.time(milliseconds: $0[name]?["p99"]?.number) }
        }
        for (title, name) in [
            ("prefill", "prefill" as StaticString), ("Attention", "attention"), ("FFN", "ffn"),
            ("transfer", "transfer"),
        ] {
            row("\(title), utilisation") { Number.percent($0["pools"]?[name]?["utilisation"]?.number) }
            count("\(title), mean instances") { $0["pools"]?[name]?.at("instances", "mean") }
        }
        count("device-hours") { $0["device_hours"] }
        count("cost") { $0["cost"] }
        count("energy, kWh") { $0["energy_kwh"] }
        count("scaling events") { $0.at("scaling", "events") }
        count("reversals") { $0.at("scaling", "reversals") }
        page.table(table, indent: 0)
        for side in sides { courses(side, &page) }
        page.notes(answer)
    }

    /// How one policy went, a line a figure.
    private static func courses(_ side: JSONValue, _ page: inout Page) {
        guard let series = side["series"], series.count > 1 else { return }
        let points = Array(series.elements)
        let last = points.last?["t_s"]?.number
        page.heading("\(side["name"]?.string ?? ""), over \(Number.duration(seconds: last))")
        func number(_ value: Double) -> String { Number.text(value) }
        func time(_ value: Double) -> String { Number.time(milliseconds: value) }
        for (title, name, words) in [
            ("arrivals", "arrivals" as StaticString, number), ("instances", "instances", number),
            ("in slots", "in_slots", number), ("waiting", "waiting", number), ("TTFT p90", "ttft_p90_ms", time),
            ("TPOT p99", "tpot_p99_ms", time),
        ] {
            let values = points.map { $0[name]?.number }
            guard let most = values.compactMap({ $0 }).max() else { continue }
            let padding = String(repeating: " ", count: 10 - title.count)
            let line = Bars.sparkline(values, most: most, width: max(8, page.terminal.width - 32))
            page.line("  \(title)\(padding) \(line) to \(words(most))")
        }
    }
}
