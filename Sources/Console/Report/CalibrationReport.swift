import JSON

/// The answer of `/v1/calibrate`: a line in words for each stage, then how well it fits.
enum CalibrationReport {
    static func write(_ answer: JSONValue, _ page: inout Page) {
        let stages = [
            ("Attention", answer["attention"]), ("FFN", answer["ffn"]), ("communication", answer["communication"]),
        ].compactMap { name, stage in stage.map { (name, $0) } }
        for (name, stage) in stages {
            let error = stage.at("max_relative_error", "value")?.number
            page.sentence(
                "\(name.capitalisedFirst): \(Number.significant(stage.at("alpha_us", "value")?.number ?? .nan, 4)) µs a token + "
                    + "\(Number.significant(stage.at("beta_us", "value")?.number ?? .nan, 4)) µs a step"
                    + (error.map { "; no sample is off by more than \(Number.percent($0))." } ?? "."))
        }
        page.gap()
        var table = TextTable([
            .init("stage", left: true), .init("α, µs/token"), .init("error"), .init("β, µs"), .init("error"),
            .init("R²"), .init("shape"), .init("worst"), .init("at load", optional: true),
            .init("outliers", optional: true),
        ])
        func number(_ value: JSONValue?) -> String { value?.number.map { Number.significant($0, 4) } ?? Number.none }
        for (name, stage) in stages {
            let worst = stage["max_relative_error"]
            table.add([
                name, number(stage.at("alpha_us", "value")), number(stage.at("alpha_us", "standard_error")),
                number(stage.at("beta_us", "value")), number(stage.at("beta_us", "standard_error")),
                stage["r_squared"]?.number.map { Number.significant($0, 6) } ?? Number.none,
                stage["shape"]?.string ?? "", Number.percent(worst?["value"]?.number),
                Number.text(worst?["load"]?.number), "\(stage["outliers"]?.count ?? 0)",
            ])
        }
        page.table(table, indent: 0)
        if stages.contains(where: { ($0.1["warnings"]?.count ?? 0) > 0 }) { page.gap() }
        for (name, stage) in stages {
            guard let warnings = stage["warnings"], warnings.kind == .array else { continue }
            for warning in warnings.elements { page.warning(warning, prefix: "\(name): ") }
        }
        page.notes(answer)
    }
}
