import JSON

/// The answer of `/v1/size`: the ratio in a sentence, how near its neighbours are, then figures.
enum SizeReport {
    static func write(_ answer: JSONValue, _ page: inout Page) {
        verdict(answer, &page)
        let best = answer["recommendation"]
        page.heading("Recommendation")
        page.figures(
            [
                ("ratio", "\(Number.text(best?["ratio"]?.number)) : 1"),
                ("throughput", "\(Phrase.rate(tokens: best?["throughput_per_instance"]?.number)) an instance"),
                ("cycle", Number.time(microseconds: best?["cycle_us"]?.number)),
                ("time per output token", Number.time(microseconds: best?["tpot_us"]?.number)),
                ("idle", idle(best?["idle"])),
            ])
        if let service = best?["service"] { ServiceFigures.write(service, &page) }
        page.heading("Without the barrier (mean field)")
        let mean = answer["mean_field"]
        page.figures([
            ("ratio", "\(mean?["ratio"]?.number.map { Number.text($0) } ?? "without bound") : 1"),
            ("throughput", "\(Phrase.rate(tokens: mean?["throughput_per_instance"]?.number)) an instance"),
            ("regime", mean?["regime"]?.string ?? ""),
        ])
        inputs(answer, &page)
        if let simulation = answer["simulation"] {
            page.heading("Simulation")
            SimulationReport.points(simulation, &page)
            page.sentence(simulation["verdict"]?.string ?? "")
        }
        page.notes(answer)
    }

    static func verdict(_ answer: JSONValue, _ page: inout Page) {
        let best = answer["recommendation"]
        page.sentence(
            "\(Phrase.ratio(attention: best?["attention_instances"]?.number, ffn: best?["ffn_instances"]?.number)): "
                + "\(Number.spoken(best?["throughput_per_instance"]?.number)) tokens a second from each instance.")
        if let service = best?["service"] { page.sentence(ServiceFigures.sentence(service)) }
        if let curve = answer["curve"] { page.sentence(NearBest(curve)?.sentence ?? "") }
        if let bottleneck = best?["bottleneck"]?.string {
            page.sentence(Phrase.bottleneck(bottleneck).capitalisedFirst + ".")
        }
        if let memory = answer["memory"] { page.sentence(Self.memory(memory)) }
        if let interval = answer.at("uncertainty", "ratio_interval")?.numbers, interval.count == 2 {
            page.sentence(
                "The errors of the measurements leave ratios from \(Number.text(interval[0])) to \(Number.text(interval[1]))."
            )
        }
    }

    /// Which share of memory is taken, of both kinds of instance.
    static func memory(_ memory: JSONValue) -> String {
        func part(_ name: String, _ used: JSONValue?, _ usable: JSONValue?) -> String {
            "\(name) \(Number.significant(used?.number ?? 0, 3)) of \(Number.significant(usable?.number ?? 0, 3)) GB"
        }
        return "Memory holds it: "
            + part("Attention devices use", memory["attention_used_gb"], memory["attention_usable_gb"]) + ", "
            + part("FFN devices", memory["ffn_used_gb"], memory["ffn_usable_gb"]) + "."
    }

    static func idle(_ idle: JSONValue?) -> String {
        guard let idle else { return "" }
        return "Attention \(Number.percent(idle["attention"]?.number)), FFN \(Number.percent(idle["ffn"]?.number)), "
            + "communication \(Number.percent(idle["communication"]?.number))"
    }

    /// Slot load and coefficients.
    private static func inputs(_ answer: JSONValue, _ page: inout Page) {
        page.heading("Reckoned with")
        let load = answer["workload"]
        page.figures(
            [
                ("slot load, mean", "\(Number.text(load?["slot_load_mean"]?.number)) tokens"),
                ("slot load, deviation", "\(Number.text(load?["slot_load_stddev"]?.number)) tokens"),
            ] + coefficients(answer["coefficients"]))
    }

    /// How long each stage takes, in words.
    static func coefficients(_ lines: JSONValue?) -> [(String, String)] {
        [("Attention", lines?["attention"]), ("FFN", lines?["ffn"]), ("communication", lines?["communication"])]
            .map { name, line in
                guard let alpha = line?["alpha_us"]?.number, let beta = line?["beta_us"]?.number else {
                    return (name, "")
                }
                if alpha == 0, beta == 0 { return (name, "takes no time") }
                return (name, "\(Number.significant(alpha, 4)) µs a token + \(Number.significant(beta, 4)) µs a step")
            }
    }
}

extension String {
    var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}

/// The answer of `/v1/size` with its curve: a bar for each ratio.
enum CurveReport {
    static func write(_ answer: JSONValue, _ page: inout Page) {
        SizeReport.verdict(answer, &page)
        let points = answer["curve"].map { Array($0.elements) } ?? []
        let most = points.compactMap { $0["throughput_per_instance"]?.number }.max() ?? 0
        let best = answer.at("recommendation", "ratio")?.integer
        var columns: [TextTable.Column] = [
            .init("ratio"), .init("tokens/s an instance"), .init("loss"), .init("TPOT"),
            .init("idle: Attention", optional: true), .init("FFN", optional: true),
            .init("communication", optional: true),
        ]
        columns.append(.init("", left: true))
        // What the figures leave of the line, within reason.
        let room = min(60, max(12, page.terminal.width - (page.terminal.width >= 120 ? 95 : 60)))
        var table = TextTable(columns)
        for point in points {
            let throughput = point["throughput_per_instance"]?.number
            let idle = point["idle"]
            let mark = point["ratio"]?.integer == best ? " <" : ""
            table.add([
                Number.text(point["ratio"]?.number), Number.text(throughput),
                Number.percent(throughput.map { most > 0 ? 1 - $0 / most : 0 }),
                Number.time(microseconds: point["tpot_us"]?.number), Number.percent(idle?["attention"]?.number),
                Number.percent(idle?["ffn"]?.number), Number.percent(idle?["communication"]?.number),
                Bars.bar(most > 0 ? (throughput ?? 0) / most : 0, width: room) + mark,
            ])
        }
        page.gap()
        page.table(table, indent: 0)
        page.notes(answer)
    }
}
