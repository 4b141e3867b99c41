import Calibration
import JSON

/// A trace as a JSON document that is no array of rows: columns, or answers of `/v1/workload` to be merged.
enum TraceDocument {
    /// Reads a document, or adds everything that is wrong with it to `errors`.
    static func decode(
        _ value: JSONValue, _ options: TraceOptions, _ errors: inout ValidationErrors
    ) -> TraceSummary? {
        guard let object = ObjectReader(value, fields: ["requests", "merge"], &errors) else { return nil }
        if let parts = object.optional("merge") {
            if let other = object.optional("requests") { errors.add(other, "must not stand beside merge") }
            return merge(parts, &errors)
        }
        guard let requests = object.required("requests", &errors),
            let columns = ObjectReader(requests, fields: ["prefill", "decode", "weights"], &errors)
        else { return nil }
        if let weights = columns.optional("weights") {
            errors.add(weights, "is not taken here: every pair of lengths is one request")
        }
        let prefill = columns.required("prefill", &errors)?.numbers(in: -1e300...1e300, &errors)
        let decode = columns.required("decode", &errors)?.numbers(in: -1e300...1e300, &errors)
        guard let prefill, let decode else { return nil }
        guard prefill.count == decode.count else {
            errors.add(requests, "must have as many prefill as decode lengths")
            return nil
        }
        var parser = TraceParser(format: .jsonLines, options: options)
        for index in prefill.indices {
            parser.add(prefill: ParsedRequestLength(prefill[index]), output: ParsedRequestLength(decode[index]))
        }
        return errors.checked(requests, try parser.finish())
    }

    private static func merge(_ value: JSONValue, _ errors: inout ValidationErrors) -> TraceSummary? {
        guard let parts = value.array(limit: 1000, &errors) else { return nil }
        var merged: TraceSummary?
        for part in parts {
            guard let (summary, _) = TraceSummarySchema.decode(part, &errors) else { continue }
            guard var whole = merged else {
                merged = summary
                continue
            }
            errors.checked(part, try whole.merge(summary))
            merged = whole
        }
        if merged == nil, errors.isEmpty { errors.add(value, "must not be empty") }
        return errors.isEmpty ? merged : nil
    }
}
