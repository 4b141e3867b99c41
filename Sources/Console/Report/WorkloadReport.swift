import JSON

/// The answer of `/v1/workload`: the load in a sentence, its lengths, and what was read.
enum WorkloadReport {
    static func write(_ answer: JSONValue, _ page: inout Page) {
        let prefill = answer["prefill"]
        let decode = answer["decode"]
        page.sentence(
            "\(Phrase.count(answer["requests"]?.number, "request")): a slot holds "
                + "\(Number.text(answer.at("slot_load_mean", "value")?.number)) tokens in the mean"
                + "\(error(answer.at("slot_load_mean", "standard_error"))), with prompts of "
                + "\(Number.text(prefill?["mean"]?.number)) and outputs of \(Number.text(decode?["mean"]?.number)) tokens."
        )
        if let arrivals = answer["arrivals"], let rate = arrivals["requests_per_second"]?.number {
            page.sentence(
                "\(Number.text(rate)) requests arrive a second, with an index of dispersion of "
                    + "\(Number.text(arrivals["dispersion"]?.number)).")
        }
        page.gap()
        page.table(table(answer), indent: 0)
        distribution(answer["histogram"], &page)
        if let columns = answer.at("read", "columns"), columns.count > 0 {
            page.heading("Read")
            page.figures(
                columns.elements.map { ($0["as"]?.string ?? "", "column \($0["name"]?.string ?? "")") }
                    + [("rows skipped", Number.text(answer.at("skipped", "rows")?.number))])
        }
        page.notes(answer)
    }

    private static func error(_ error: JSONValue?) -> String {
        error?.number.map { " (standard error \(Number.text($0)))" } ?? ""
    }

    private static func table(_ answer: JSONValue) -> TextTable {
        var table = TextTable([
            .init("", left: true), .init("value"), .init("standard error"), .init("95 % interval"),
        ])
        func add(_ title: String, _ value: JSONValue?, _ error: JSONValue?, _ interval: String = "") {
            guard let value = value?.number else { return }
            table.add([title, Number.text(value), error?.number.map { Number.text($0) } ?? "", interval])
        }
        for (title, group) in [("prefill", answer["prefill"]), ("decode", answer["decode"])] {
            add("\(title), mean", group?["mean"], group?["mean_standard_error"])
            add("\(title), standard deviation", group?["stddev"], group?["stddev_standard_error"])
        }
        add("correlation", answer["correlation"], answer["correlation_standard_error"])
        for (title, estimate) in [
            ("slot load, mean", answer["slot_load_mean"]),
            ("slot load, standard deviation", answer["slot_load_stddev"]),
            ("slot load, skewness", answer["slot_load_skewness"]),
        ] {
            let interval = SimulationReport.interval(estimate?["interval"])
            add(title, estimate?["value"], estimate?["standard_error"], interval)
            let bounds = SimulationReport.interval(estimate?["bounds"])
            if !bounds.isEmpty { table.add(["\(title), by buckets", "", "", bounds]) }
        }
        add("geometric fit, p", answer.at("geometric_fit", "p"), answer.at("geometric_fit", "standard_error"))
        add("geometric fit, distance", answer.at("geometric_fit", "distance"), nil)
        add("decode, tail index", answer.at("decode", "tail_index"), answer.at("decode", "tail_index_standard_error"))
        return table
    }

    /// How often which decode length occurs, on a scale that doubles.
    private static func distribution(_ histogram: JSONValue?, _ page: inout Page) {
        guard let histogram, let weights = histogram["weights"]?.numbers else { return }
        for (title, lengths) in [("Prefill lengths", histogram["prefill"]), ("Decode lengths", histogram["decode"])] {
            guard let lengths = lengths?.numbers, lengths.count == weights.count, let longest = lengths.max() else {
                continue
            }
            var counts: [Double] = []
            for (length, weight) in zip(lengths, weights) {
                let slot = octave(length)
                while counts.count <= slot { counts.append(0) }
                counts[slot] += weight
            }
            let total = counts.reduce(0, +)
            guard total > 0, let first = counts.firstIndex(where: { $0 > 0 }), longest.isFinite else { continue }
            page.heading(title)
            var table = TextTable([.init("tokens"), .init("requests"), .init("", left: true)])
            let most = counts.max() ?? 1
            for slot in first..<counts.count {
                let end = Double(1 << (slot + 1)) - 1
                table.add([
                    "to \(Number.text(end))", Number.percent(counts[slot] / total),
                    Bars.bar(counts[slot] / most, width: min(60, page.terminal.width - 40)),
                ])
            }
            page.table(table)
        }
    }

    /// The power of two below a length, 0…61.
    private static func octave(_ length: Double) -> Int {
        var (slot, bound) = (0, 2.0)
        while length >= bound, slot < 61 {
            slot += 1
            bound *= 2
        }
        return slot
    }
}
