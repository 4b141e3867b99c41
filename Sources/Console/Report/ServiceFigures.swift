import JSON

/// The member `service`: what requests get at a rate of arrivals.
enum ServiceFigures {
    static func sentence(_ service: JSONValue) -> String {
        guard let most = service["largest_arrival_rate"]?.number, let headroom = service["headroom"]?.number else {
            return ""
        }
        let binding = service["binding"]?.string.map { "; beyond that, \(Phrase.limit($0)) is broken" } ?? ""
        if headroom < 0 {
            return "The limits do not hold: they hold up to \(Number.spoken(most)) requests a second\(binding)."
        }
        return
            "The limits hold up to \(Number.spoken(most)) requests a second, \(Number.percent(headroom)) more than arrive\(binding)."
    }

    static func write(_ service: JSONValue, _ page: inout Page) {
        page.heading("What requests get")
        var table = TextTable([.init("", left: true)] + ["mean", "p50", "p90", "p95", "p99"].map { .init($0) })
        for (title, name) in [
            ("time to first token", "ttft_ms" as StaticString), ("time per output token", "tpot_ms"),
            ("wait for a slot", "wait_ms"), ("transfer", "transfer_ms"), ("end to end", "end_to_end_ms"),
        ] {
            guard let times = service[name], times.kind == .object else { continue }
            table.add(
                [title]
                    + [times["mean"], times["p50"], times["p90"], times["p95"], times["p99"]].map {
                        Number.time(milliseconds: $0?.number)
                    })
        }
        page.table(table)
        page.figures([
            ("requests that wait", Number.percent(service["waiting_probability"]?.number)),
            (
                "slots in use",
                "\(Number.text(service["occupancy"]?.number)) of \(Number.text(service["slots"]?.number))"
            ),
        ])
    }
}
