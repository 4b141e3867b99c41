import Calibration
import JSON
import Text

/// Histograms of a metrics endpoint as JSON: `{"metrics": …}`, `{"before": …, "after": …}`, or the answer of a Prometheus query.
///
/// In place of each … stands the text of the endpoint as a string, the answer of a query, or `{"prefill": …, "decode": …}` with two answers
/// of queries whose results have no names.
enum MetricsSchema {
    /// Whether a value is meant to be this.
    static func matches(_ value: JSONValue) -> Bool {
        value["metrics"] != nil || value["before"] != nil || value["after"] != nil || isAnswer(value) || isPair(value)
    }

    /// The two histograms, or everything that is wrong with them.
    static func decode(
        _ value: JSONValue, _ metrics: TokenMetrics, _ errors: inout ValidationErrors
    ) -> LengthHistograms? {
        var reader = ExpositionReader(metrics)
        let before = errors.total
        if value["before"] != nil || value["after"] != nil {
            guard let object = ObjectReader(value, fields: ["before", "after"], &errors),
                let first = object.required("before", &errors), let second = object.required("after", &errors)
            else { return nil }
            feed(first, to: &reader, &errors)
            guard errors.total == before, errors.checked(value, try reader.next()) != nil else { return nil }
            feed(second, to: &reader, &errors)
        } else if value["metrics"] != nil {
            ObjectReader(value, fields: ["metrics"], &errors)?.required("metrics", &errors)
                .map { feed($0, to: &reader, &errors) }
        } else {
            feed(value, to: &reader, &errors)
        }
        guard errors.total == before else { return nil }
        return errors.checked(value, try reader.finish())
    }

    private static func isAnswer(_ value: JSONValue) -> Bool {
        value["data"]?["resultType"] != nil || value["errorType"] != nil
    }

    private static func isPair(_ value: JSONValue) -> Bool {
        [value["prefill"], value["decode"]].contains { $0.map(isAnswer) ?? false }
    }

    /// One scrape.
    private static func feed(_ value: JSONValue, to reader: inout ExpositionReader, _ errors: inout ValidationErrors) {
        if let text = value.string {
            _ = errors.checked(value, try reader.feed(text.utf8))
        } else if isPair(value) {
            guard let object = ObjectReader(value, fields: ["prefill", "decode"], &errors) else { return }
            for (name, role) in [("prefill" as StaticString, TokenRole.prefill), ("decode", .decode)] {
                if let answer = object.required(name, &errors) { feed(answer, role, to: &reader, &errors) }
            }
        } else if isAnswer(value) {
            feed(value, nil, to: &reader, &errors)
        } else {
            errors.add(value, "must be the text of a metrics endpoint as a string, or the answer of /api/v1/query")
        }
    }

    /// The answer of a query.
    private static func feed(
        _ value: JSONValue, _ role: TokenRole?, to reader: inout ExpositionReader, _ errors: inout ValidationErrors
    ) {
        let fields: [StaticString] = [
            "status", "data", "errorType", "error", "warnings", "infos", "stats", "isPartial",
        ]
        guard let object = ObjectReader(value, fields: fields, &errors),
            let status = object.required("status", &errors)
        else { return }
        guard status.equals("success") else {
            errors.add(
                status,
                "must be \"success\": the query failed\(value["error"]?.string.map { " (\($0.prefix(200)))" } ?? "")")
            return
        }
        guard let data = object.required("data", &errors),
            let contents = ObjectReader(data, fields: ["resultType", "result", "stats", "analysis"], &errors),
            let type = contents.required("resultType", &errors), let result = contents.required("result", &errors)
        else { return }
        guard type.equals("vector") || type.equals("matrix") else {
            errors.add(type, "must be vector or matrix: ask for the _bucket, _sum and _count series themselves")
            return
        }
        guard result.count > 0 else {
            errors.add(result, "must not be empty: the query found no series")
            return
        }
        let isMatrix = type.equals("matrix")
        for element in result.array(limit: 1_000_000, &errors).map(Array.init) ?? [] {
            series(element, isMatrix: isMatrix, role, to: &reader, &errors)
        }
    }

    private static func series(
        _ value: JSONValue, isMatrix: Bool, _ role: TokenRole?, to reader: inout ExpositionReader,
        _ errors: inout ValidationErrors
    ) {
        guard value["histogram"] == nil, value["histograms"] == nil else {
            errors.add(value, "is a native histogram, which is not read: ask for the classic buckets (_bucket with le)")
            return
        }
        let member: StaticString = isMatrix ? "values" : "value"
        guard let object = ObjectReader(value, fields: ["metric", member], &errors),
            let metric = object.required("metric", &errors), let samples = object.required(member, &errors)
        else { return }
        guard metric.kind == .object else {
            errors.add(metric, "must be an object, not \(metric.kind.name)")
            return
        }
        var labels: [String: String] = [:]
        for (name, label) in metric.members {
            if let text = label.text(&errors) { labels[name.string ?? ""] = text }
        }
        let name = labels.removeValue(forKey: "__name__") ?? ""
        if isMatrix {
            guard let elements = samples.array(limit: 1_000_000, &errors) else { return }
            let values = elements.compactMap { number($0, &errors) }
            _ = errors.checked(value, try reader.add(range: values, name: name, labels: labels, role: role))
        } else if let number = number(samples, &errors) {
            let sample = MetricSample(name: name, labels: labels, value: number)
            _ = errors.checked(value, try reader.add(sample, role: role))
        }
    }

    /// `[time, "value"]`.
    private static func number(_ value: JSONValue, _ errors: inout ValidationErrors) -> Double? {
        guard value.kind == .array, value.count == 2, let text = Array(value.elements)[1].string,
            let number = MetricNumber(text.utf8)
        else {
            errors.add(value, "must be a time and a value, as in [1700000000, \"12\"]")
            return nil
        }
        return number.value
    }
}
