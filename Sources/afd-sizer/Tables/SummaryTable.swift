import JSON

/// Tables for people, made from the answers of the service.
enum SummaryTable {
    static func workload(_ body: [UInt8]) -> [UInt8] {
        guard let root = try? JSONDocument(parsing: body).root else { return body }
        var rows: [[String]] = [["", "value", "standard error", "95 % interval"]]
        rows.append(["requests", number(root["requests"]), "", ""])
        for (title, group) in [("prefill", root["prefill"]), ("decode", root["decode"])] {
            rows.append(["\(title) mean", number(group?["mean"]), number(group?["mean_standard_error"]), ""])
            rows.append(["\(title) stddev", number(group?["stddev"]), number(group?["stddev_standard_error"]), ""])
        }
        rows.append(["correlation", number(root["correlation"]), number(root["correlation_standard_error"]), ""])
        for (title, estimate) in [
            ("slot load mean", root["slot_load_mean"]), ("slot load stddev", root["slot_load_stddev"]),
            ("slot load skewness", root["slot_load_skewness"]),
        ] {
            rows.append([title, number(estimate?["value"]), number(estimate?["standard_error"]), interval(estimate)])
        }
        for (title, name) in [
            ("slot load mean", root["slot_load_mean"]), ("slot load stddev", root["slot_load_stddev"]),
        ] {
            guard let bounds = name?["bounds"], bounds.kind == .array else { continue }
            rows.append(["\(title) by buckets", bounds.elements.map { number($0) }.joined(separator: " … "), "", ""])
        }
        if let fit = root["geometric_fit"] {
            rows.append(["geometric p", number(fit["p"]), number(fit["standard_error"]), ""])
            rows.append(["geometric distance", number(fit["distance"]), "", ""])
        }
        if let decode = root["decode"], decode["tail_index"] != nil {
            rows.append([
                "decode tail index", number(decode["tail_index"]), number(decode["tail_index_standard_error"]), "",
            ])
        }
        if let arrivals = root["arrivals"] {
            rows.append(["arrivals per second", number(arrivals["requests_per_second"]), "", ""])
            rows.append(["arrivals dispersion", number(arrivals["dispersion"]), "", ""])
        }
        if let skipped = root["skipped"] { rows.append(["rows skipped", number(skipped["rows"]), "", ""]) }
        return Array((table(rows) + notes(root)).utf8)
    }

    static func calibration(_ body: [UInt8]) -> [UInt8] {
        guard let root = try? JSONDocument(parsing: body).root else { return body }
        var rows: [[String]] = [
            ["stage", "alpha_us", "±", "beta_us", "±", "R²", "worst", "at load", "shape", "outliers"]
        ]
        var notes = ""
        for (name, stage) in [
            ("attention", root["attention"]), ("ffn", root["ffn"]), ("communication", root["communication"]),
        ] {
            guard let stage else { continue }
            let worst = stage["max_relative_error"]
            rows.append([
                name, number(stage["alpha_us"]?["value"]), number(stage["alpha_us"]?["standard_error"]),
                number(stage["beta_us"]?["value"]), number(stage["beta_us"]?["standard_error"]),
                number(stage["r_squared"]), number(worst?["value"]), number(worst?["load"]),
                stage["shape"]?.string ?? "", "\(stage["outliers"]?.count ?? 0)",
            ])
            notes += Self.notes(stage, prefix: "\(name): ")
        }
        return Array((table(rows) + notes + Self.notes(root)).utf8)
    }

    private static func notes(_ value: JSONValue, prefix: String = "") -> String {
        guard let warnings = value["warnings"], warnings.kind == .array else { return "" }
        return warnings.elements.map { "warning: \(prefix)\($0["detail"]?.string ?? "")\n" }.joined()
    }

    /// Columns under each other: the first to the left, the others to the right.
    static func table(_ rows: [[String]]) -> String {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + padding : padding + row[column]
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    private static func interval(_ estimate: JSONValue?) -> String {
        guard let interval = estimate?["interval"], interval.kind == .array else { return "" }
        return interval.elements.map { number($0) }.joined(separator: " … ")
    }

    /// Six significant digits.
    static func number(_ value: JSONValue?) -> String {
        value?.number.map { number($0) } ?? "-"
    }

    static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
        var scale = 1.0
        while abs(value) * scale < 99_999.5, scale < 1e12 { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return "\(rounded)"
    }
}
