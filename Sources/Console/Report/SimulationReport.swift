import JSON

/// The answer of `/v1/simulate`: a line for each ratio, with its interval and a bar.
enum SimulationReport {
    static func write(_ answer: JSONValue, _ page: inout Page) {
        if let best = answer["best_ratio"]?.number,
            let point = answer["points"]?.elements.first(where: { $0["ratio"]?.number == best })
        {
            page.sentence(
                "Of the simulated ratios \(Number.text(best)) is best: "
                    + "\(Number.spoken(point["throughput_per_instance"]?.number)) tokens a second from each instance.")
        }
        page.gap()
        points(answer, &page)
        page.notes(answer)
    }

    static func points(_ answer: JSONValue, _ page: inout Page) {
        let points = answer["points"].map { Array($0.elements) } ?? []
        let most = points.compactMap { $0["throughput_per_instance"]?.number }.max() ?? 0
        var table = TextTable([
            .init("ratio"), .init("tokens/s an instance"), .init("95 % interval"), .init("TPOT mean"), .init("p99"),
            .init("", left: true, optional: true), .init("idle: Attention", optional: true),
            .init("FFN", optional: true), .init("completed", optional: true),
        ])
        let room = min(40, max(8, page.terminal.width - 72))
        for point in points {
            let throughput = point["throughput_per_instance"]?.number
            table.add([
                Number.text(point["ratio"]?.number), Number.text(throughput), interval(point["throughput_interval"]),
                Number.time(microseconds: point.at("tpot_us", "mean")?.number),
                Number.time(microseconds: point.at("tpot_us", "p99")?.number),
                Bars.bar(most > 0 ? (throughput ?? 0) / most : 0, width: room),
                Number.percent(point.at("idle", "attention")?.number),
                Number.percent(point.at("idle", "ffn")?.number), Number.text(point["completed_requests"]?.number),
            ])
        }
        page.table(table, indent: 0)
    }

    static func interval(_ interval: JSONValue?) -> String {
        guard let ends = interval?.numbers, ends.count == 2 else { return "" }
        return "\(Number.text(ends[0])) to \(Number.text(ends[1]))"
    }
}
