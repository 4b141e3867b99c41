import JSON

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
